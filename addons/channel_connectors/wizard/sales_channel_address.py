# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..channels.base.errors import PayloadError


class SalesChannelAddress(models.TransientModel):
    _name = "sales.channel.address"
    _description = "Complete the Address of a Channel Order"

    row_id = fields.Many2one("sales.channel.order", required=True, readonly=True)
    name = fields.Char("Recipient", compute="_compute_address", store=True, readonly=False)
    company = fields.Char(compute="_compute_address", store=True, readonly=False)
    street = fields.Char(compute="_compute_address", store=True, readonly=False)
    street2 = fields.Char(compute="_compute_address", store=True, readonly=False)
    zip = fields.Char("Postcode", compute="_compute_address", store=True, readonly=False)
    city = fields.Char(compute="_compute_address", store=True, readonly=False)
    country_id = fields.Many2one(
        "res.country", compute="_compute_address", store=True, readonly=False
    )
    vat = fields.Char("VAT Number", compute="_compute_address", store=True, readonly=False)

    @api.depends("row_id")
    def _compute_address(self):
        """What the channel says, with what was added before."""
        for wizard in self:
            order = wizard._get_order()
            address = order and (
                order.billing
                if order.shipping.is_empty and not order.billing.is_empty
                else order.shipping
            )
            for part in ("name", "company", "street", "street2", "zip", "city"):
                wizard[part] = getattr(address, part) if address else False
            wizard.country_id = self.env["res.country"].search(
                [("code", "=", address.country_code if address else "")], limit=1
            )
            if order and order.address_withheld:
                wizard._propose_known_address()
            wizard.vat = order.vat if order else False

    def _propose_known_address(self):
        """What somebody has entered on the contact, or the address of an earlier order."""
        partner = self.row_id.sale_order_id.partner_shipping_id
        for part in ("name", "street", "street2", "zip", "city", "country_id"):
            self[part] = self[part] or partner[part]

    def _get_order(self):
        """The order as it will be imported; none if it cannot be read at all."""
        row = self.row_id
        try:
            parsed = row.channel_id._adapter_class().parse_order(row.payload)
        except PayloadError:
            return None
        return parsed.completed(row.completion or {})

    def action_apply(self):
        """Keep what was added with the order and try again."""
        self.ensure_one()
        parts = {
            part: self[part]
            for part in ("name", "company", "street", "street2", "zip", "city")
            if self[part]
        }
        if self.country_id:
            parts["country_code"] = self.country_id.code
        self.row_id._apply_completion({self.row_id: {**parts, "vat": self.vat or ""}})
        return {"type": "ir.actions.act_window_close"}
