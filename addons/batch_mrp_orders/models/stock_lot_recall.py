# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class StockLot(models.Model):
    """From a lot to its recall; lots that belong to a running one are caught."""

    _inherit = "stock.lot"

    recall_line_ids = fields.One2many("stock.recall.lot", "lot_id", "Recalls")
    recall_count = fields.Integer(compute="_compute_recall_count")

    def _compute_recall_count(self):
        counts = dict(
            self.env["stock.recall.lot"]._read_group(
                [("lot_id", "in", self.ids)], ["lot_id"], ["__count"]
            )
        )
        for lot in self:
            lot.recall_count = counts.get(lot._origin, 0)

    @api.model
    def _get_supplier_lot_domain(self, number, company):
        """Lots with this number of the supplier, whatever case it was typed in."""
        pattern = number.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return Domain("supplier_lot", "=ilike", pattern) & Domain(
            "company_id", "in", (False, company.id)
        )

    @api.model_create_multi
    def create(self, vals_list):
        lots = super().create(vals_list)
        lots.filtered("supplier_lot")._join_recalls()
        return lots

    def write(self, vals):
        res = super().write(vals)
        if vals.get("supplier_lot"):
            self._join_recalls()
        return res

    def _join_recalls(self):
        """Goods under a number that is being recalled are blocked as soon as it is known."""
        if not self:
            return
        # sudo: whoever receives goods need not be allowed to recall some
        recalls = (
            self.env["stock.recall"]
            .sudo()
            .search([("state", "=", "active"), ("supplier_lot", "!=", False)])
        )
        numbers = {lot.supplier_lot.strip().lower() for lot in self}
        recalls.filtered(
            lambda recall: recall.supplier_lot.strip().lower() in numbers
        ).action_refresh()

    def action_recall(self):
        """Find what is affected by these lots: a draft, which changes nothing."""
        self._check_quality()
        companies = self.company_id or self.env.company
        if len(companies) > 1:
            raise UserError(self.env._("Recall the lots of one company at a time."))
        recall = (
            self.env["stock.recall"]
            .with_company(companies)
            .create({"lot_ids": [fields.Command.set(self.ids)], "company_id": companies.id})
        )
        return recall._get_form_action()

    def action_view_recalls(self):
        recalls = self.recall_line_ids.recall_id
        action = recalls[:1]._get_form_action()
        if len(recalls) > 1:
            action = {
                **action,
                "views": [(False, "list"), (False, "form")],
                "res_id": False,
                "domain": [("id", "in", recalls.ids)],
            }
        return action


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def action_recall(self):
        """Recall what this run has made."""
        self.ensure_one()
        lots = self.move_finished_ids.move_line_ids.lot_id
        if not lots:
            raise UserError(self.env._("This run has made no lots yet."))
        action = lots.action_recall()
        self.env["stock.recall"].browse(action["res_id"]).write(
            {"origin": "run", "production_id": self.id}
        )
        return action
