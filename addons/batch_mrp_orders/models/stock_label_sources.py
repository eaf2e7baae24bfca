# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From where labels are printed: lots, runs, receipts and products."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command


class StockLabelSource(models.AbstractModel):
    _name = "stock.label.source"
    _description = "Prints Labels"

    def action_print_labels(self, kind=None):
        """Open the wizard for the labels of these records.

        :param kind: ``lot`` or ``product``, by default what suits the record
        """
        lines = self._prepare_label_lines()
        if not lines:
            raise UserError(self.env._("There is nothing here to print a label for."))
        company = self.company_id[:1] or self.env.company
        wizard = (
            self.env["stock.label.print"]
            .with_company(company)
            .create(
                {
                    "company_id": company.id,
                    "kind": kind or self._get_label_kind(),
                    "line_ids": [Command.create(values) for values in lines],
                }
            )
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Labels"),
            "res_model": "stock.label.print",
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_label_kind(self):
        return "lot"

    def _prepare_label_lines(self):
        raise NotImplementedError

    @api.model
    def _prepare_label_line(self, product, quantity, lot=None, production=None):
        return {
            "product_id": product.id,
            "lot_id": lot.id if lot else False,
            "production_id": production.id if production else False,
            "quantity": quantity,
            "pieces": 0 if product.uom_id._is_measured() else int(quantity),
        }


class StockLot(models.Model):
    _name = "stock.lot"
    _inherit = ["stock.lot", "stock.label.source"]

    def _prepare_label_lines(self):
        return [self._prepare_label_line(lot.product_id, lot.product_qty, lot) for lot in self]


class MrpProduction(models.Model):
    _name = "mrp.production"
    _inherit = ["mrp.production", "stock.label.source"]

    def _get_label_kind(self):
        return "product" if all(run.product_id.declaration_type for run in self) else "lot"

    def _prepare_label_lines(self):
        lines = []
        for run in self:
            made = run.qty_produced or run.qty_producing or run.product_qty
            quantity = run.product_uom_id._compute_quantity(made, run.product_id.uom_id)
            lots = run.lot_producing_ids
            for lot in lots or [None]:
                # Several lots of a run (serial numbers) share its output.
                share = quantity / max(len(lots), 1)
                lines.append(self._prepare_label_line(run.product_id, share, lot, run))
        return lines


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "stock.label.source"]

    def _prepare_label_lines(self):
        quantities = {}
        for line in self.move_line_ids:
            if line.state != "cancel" and line.lot_id:
                key = (line.product_id, line.lot_id)
                quantities[key] = quantities.get(key, 0) + line.quantity_product_uom
        return [
            self._prepare_label_line(product, quantity, lot)
            for (product, lot), quantity in quantities.items()
        ]


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "stock.label.source"]

    def _get_label_kind(self):
        return "product"

    def _prepare_label_lines(self):
        return [self._prepare_label_line(product, 1) for product in self]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def action_print_labels(self):
        return self.product_variant_ids.action_print_labels()
