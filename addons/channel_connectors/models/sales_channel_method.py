# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

METHOD_KINDS = [
    ("online", "Paid Online"),
    ("prepayment", "Prepayment: waits for the money"),
    ("invoice", "On Invoice"),
    ("delivery", "Cash on Delivery"),
    ("gift_card", "Gift Card"),
]


class SalesChannelMethod(models.Model):
    _name = "sales.channel.method"
    _description = "Payment Method of a Sales Channel"
    _rec_name = "gateway"
    _order = "channel_id, gateway"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    gateway = fields.Char("In the Channel", required=True, readonly=True)
    kind = fields.Selection(
        METHOD_KINDS,
        "Meaning",
        help="Orders paid in a way nobody has explained wait: whether goods may leave before "
        "the money comes is not guessed.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment Terms",
        check_company=True,
        help="Terms of the orders paid this way, for instance 14 days net for invoices.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        help="Where such payments are booked. Empty: the payment journal of the channel.",
    )

    _unique_gateway = models.Constraint(
        "UNIQUE(channel_id, gateway)", "A way to pay can be explained only once per channel."
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("kind"):
            self.channel_id._release_waiting("payment")
        return result


class SalesChannelShipping(models.Model):
    _name = "sales.channel.shipping"
    _description = "Shipping Method of a Sales Channel"
    _rec_name = "title"
    _order = "channel_id, title"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    title = fields.Char("In the Channel", required=True, readonly=True)
    carrier_id = fields.Many2one(
        "delivery.carrier",
        "Shipping Method",
        check_company=True,
        help="Orders sent this way get this shipping method, also those not yet shipped. What "
        "the customer paid for shipping stays as it is.",
    )

    _unique_title = models.Constraint(
        "UNIQUE(channel_id, title)", "A shipping method can be mapped only once per channel."
    )

    def write(self, vals):
        result = super().write(vals)
        if "carrier_id" in vals:
            for shipping in self:
                shipping._carry_to_open_orders()
        return result

    def _carry_to_open_orders(self):
        """Orders that chose this way and have not left yet are sent by its carrier."""
        self.ensure_one()
        orders = self.env["sale.order"].search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("channel_shipping", "=", self.title),
                ("state", "in", ("draft", "sent", "sale")),
                ("delivery_status", "not in", ("full", "partial")),
            ]
        )
        orders.carrier_id = self.carrier_id
        pickings = orders.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel") and picking.picking_type_code == "outgoing"
            )
        )
        # sudo: who sets up a channel need not be a warehouse worker
        pickings.sudo().carrier_id = self.carrier_id


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    method_ids = fields.One2many(
        "sales.channel.method",
        "channel_id",
        "Payment Methods",
        groups="channel_connectors.group_channel_user",
    )
    shipping_ids = fields.One2many(
        "sales.channel.shipping",
        "channel_id",
        "Shipping Methods",
        groups="channel_connectors.group_channel_user",
    )
    default_country_id = fields.Many2one(
        "res.country",
        "Country without Address",
        help="Where orders go that name no country: sold over the counter, or with an address "
        "the channel withholds. Empty: they wait, for the tax depends on it.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("default_country_id"):
            self._release_waiting("address")
        if "gift_card_product_id" in vals or "fee_product_id" in vals:
            self._release_waiting("setup")
        return result

    def _release_waiting(self, code):
        """Orders that waited for one cause go on, in the background."""
        rows = self.env["sales.channel.order"].search(
            [
                ("channel_id", "in", self.ids),
                ("state", "=", "attention"),
                ("reason_code", "=", code),
            ]
        )
        rows.write({"state": "new"})
        for channel in rows.channel_id:
            description = self.env._("Import waiting orders of %s", channel.name)
            channel._in_background("process", description)._job_process_waiting()

    def _job_process_waiting(self):
        """Import what waits in the inbox, without asking the channel for more."""
        self.ensure_one()
        self._take_import()
        self.with_company(self.company_id)._process_waiting(commit=True)
