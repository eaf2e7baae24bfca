# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    @api.depends("product_id", "never_product_template_attribute_value_ids")
    def _compute_bom_id(self):
        """A new run uses the version in force on its start; it keeps it when it is moved."""
        res = None
        for day, productions in self.grouped(lambda run: run._get_recipe_date()).items():
            dated = productions.with_context(recipe_date=day)
            res = super(MrpProduction, dated)._compute_bom_id()
        return res

    def _get_recipe_date(self):
        return self.company_id._get_local_day(self.date_start or fields.Datetime.now())

    @api.constrains("product_uom_id", "product_id")
    def _check_unit_family(self):
        for production in self:
            production.product_uom_id._check_converts_to(production.product_id)

    def _update_raw_moves(self, factor):
        """A run whose quantity changes takes what its recipe says for the new quantity.

        Ingredients that were changed by hand, or come from no recipe, are scaled as core
        does it.
        """
        before = {
            values["bom_line_id"]: values["product_uom_qty"]
            for values in self._get_moves_raw_values()
        }
        by_recipe = self.move_raw_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move.bom_line_id.id in before
                and not move.product_uom.compare(move.product_uom_qty, before[move.bom_line_id.id])
            )
        )
        update_info = super()._update_raw_moves(factor)
        after = self._get_scaled_quantities(factor)
        result = []
        for move, old_qty, new_qty in update_info:
            wanted = after.get(move.bom_line_id.id, new_qty)
            if move in by_recipe and wanted and move.product_uom.compare(new_qty, wanted):
                move.product_uom_qty = new_qty = wanted
            result.append((move, old_qty, new_qty))
        return result

    def _get_scaled_quantities(self, factor):
        """Quantity by recipe line for ``factor`` times the run."""
        if not self.bom_id:
            return {}
        batches = (
            self.product_uom_id._compute_quantity(
                self.product_qty * factor, self.bom_id.product_uom_id, round=False
            )
            / self.bom_id.product_qty
        )
        _boms, lines = self.bom_id.explode(
            self.product_id,
            batches,
            picking_type=self.bom_id.picking_type_id,
            never_attribute_values=self.never_product_template_attribute_value_ids,
        )
        return {line.id: values["qty"] for line, values in lines}


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_matching_bom(self, product_id, company_id, values):
        """A procurement uses the version in force when its run starts."""
        planned = fields.Datetime.to_datetime(values.get("date_planned"))
        if not planned:
            return super()._get_matching_bom(product_id, company_id, values)
        company = company_id or self.env.company
        rule = self.with_context(recipe_date=company._get_local_day(planned))
        bom = super(StockRule, rule)._get_matching_bom(product_id, company_id, values)
        if bom.produce_delay:
            start = company._get_local_day(planned - timedelta(days=bom.produce_delay))
            rule = self.with_context(recipe_date=start)
            bom = super(StockRule, rule)._get_matching_bom(product_id, company_id, values)
        return bom.with_context(recipe_date=False)

    @api.model
    def _run_manufacture(self, procurements):
        """No run is smaller than the minimum of its recipe; full batches already are not."""
        enlarged = []
        for procurement, rule in procurements:
            bom = rule._get_matching_bom(
                procurement.product_id, procurement.company_id, procurement.values
            )
            if bom.minimum_qty and not bom.enable_batch_size and procurement.product_qty > 0:
                minimum = bom.product_uom_id._compute_quantity(
                    bom.minimum_qty, procurement.product_uom
                )
                procurement = procurement._replace(
                    product_qty=max(procurement.product_qty, minimum)
                )
            enlarged.append((procurement, rule))
        return super()._run_manufacture(enlarged)


class MrpUnbuild(models.Model):
    _inherit = "mrp.unbuild"

    def _generate_produce_moves(self):
        """What was lost does not come back: taking goods apart gives net quantities."""
        return super(MrpUnbuild, self.with_context(recipe_net=True))._generate_produce_moves()
