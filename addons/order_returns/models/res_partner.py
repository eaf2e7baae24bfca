# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_view_supplier_complaints(self):
        """Complaints about goods that were made with what this supplier has delivered."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "order_returns.order_complaint_supplier_action"
            ),
            "domain": [("supplier_id", "in", self.commercial_partner_id.ids)],
            "context": {},
        }

    def write(self, vals):
        res = super().write(vals)
        if "lang" in vals and self.env.ref("base.main_company").partner_id in self:
            # sudo: whoever changes the company need not change places
            self.env["stock.location"].sudo()._name_quarantine()
        return res
