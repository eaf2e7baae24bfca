# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import fields, models

from ..channels.base.differences import OrderFacts, differences
from ..channels.base.linetax import exact
from ..channels.base.money import ZERO, round_money


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    is_shadow = fields.Boolean(
        "Shadow Mode",
        copy=False,
        help="While another system still makes the orders: orders are received and compared "
        "with the ones it makes here, and nothing is imported.",
    )

    def action_go_live(self):
        """End the shadow mode: import from now on, and what the old system has not made."""
        self.ensure_one()
        self.is_shadow = False
        rows = self.order_ids.filtered(lambda row: row.state == "compared")
        rows.filtered(lambda row: not row.shadow_order_id).write({"state": "new"})

    def action_view_shadow(self):
        """The orders compared so far."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_order_shadow"
        )
        action["domain"] = [("channel_id", "=", self.id), ("state", "=", "compared")]
        return action


class SalesChannelOrder(models.Model):
    """Orders another system imports: compared with what we would make of them."""

    _inherit = "sales.channel.order"

    state = fields.Selection(
        selection_add=[("compared", "Compared")], ondelete={"compared": "set default"}
    )
    shadow_order_id = fields.Many2one(
        "sale.order",
        "Order of the Old System",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
    )
    shadow_state = fields.Selection(
        [
            ("equal", "Equal"),
            ("different", "Different"),
            ("missing", "Missing in the Old System"),
            ("attention", "Could Not Be Imported"),
        ],
        "Comparison",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    shadow_differences = fields.Text("Differences", readonly=True, copy=False)

    def _process(self):
        """Orders of a channel in shadow mode, and those the old system made, are compared.

        Once an old system has made an order it is never imported a second time.
        """
        if self.env.context.get("channel_preview"):
            return super()._process()
        shadow = self.filtered(
            lambda row: not row.sale_order_id and (row.channel_id.is_shadow or row.shadow_order_id)
        )
        if shadow:
            shadow._compare_in_shadow()
        return super(SalesChannelOrder, self - shadow)._process()

    def _compare_in_shadow(self):
        """Import for a trial, keep what would come out, and compare."""
        trial = {}
        with self._undone():
            self.with_context(channel_preview=True)._process()
            for row in self:
                facts = row.sale_order_id._get_channel_facts() if row.sale_order_id else None
                figures = row._prepare_figures()
                trial[row.id] = (facts, row.reason or "", figures)
        old_orders = self._find_old_orders()
        for row in self:
            facts, reason, figures = trial[row.id]
            row.write({**figures, **row._prepare_comparison(old_orders.get(row), facts, reason)})

    def _prepare_figures(self):
        """Figures of the row, to be kept when the trial is taken back."""
        return {
            "customer_name": self.customer_name,
            "ordered_at": self.ordered_at,
            "currency_id": self.currency_id.id,
            "amount_total": self.amount_total,
            "amount_tax": self.amount_tax,
            "amount_refunded": self.amount_refunded,
            "payment_state": self.payment_state,
            "is_test": self.is_test,
            "is_cancelled": self.is_cancelled,
        }

    def _find_old_orders(self):
        """Orders of other origin that name an order of the channel, by row."""
        names = self.mapped("name")
        found = self.env["sale.order"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("channel_id", "=", False),
                "|",
                "|",
                ("client_order_ref", "in", names),
                ("origin", "in", names),
                ("name", "in", names),
            ],
            order="id desc",
        )
        by_name = {}
        for order in found:
            for name in (order.client_order_ref, order.origin, order.name):
                by_name[order.company_id, name] = order
        return {row: by_name.get((row.company_id, row.name)) for row in self}

    def _prepare_comparison(self, old, facts, reason):
        """Result of one comparison."""
        vals = {
            "state": "compared",
            "reason_code": False,
            "reason": False,
            "shadow_order_id": old.id if old else False,
            "shadow_differences": False,
        }
        if facts is None:
            return {**vals, "shadow_state": "attention", "shadow_differences": reason}
        if not old:
            return {**vals, "shadow_state": "missing"}
        found = differences(old._get_channel_facts(), facts)
        if not found:
            return {**vals, "shadow_state": "equal"}
        text = "\n".join(self._explain_difference(part, old.currency_id) for part in found)
        return {**vals, "shadow_state": "different", "shadow_differences": text}

    def _explain_difference(self, difference, currency):
        values = [difference.theirs, difference.ours]
        if difference.subject in ("total", "tax"):
            values = [currency.format(float(value)) for value in values]
        subjects = {
            "total": self.env._("Total"),
            "tax": self.env._("Tax %s", difference.name),
            "line": difference.name,
            "delivery": self.env._("Delivery address"),
            "invoice": self.env._("Invoice address"),
        }
        causes = {
            "rounding": self.env._("cents of rounding: discounts or taxes are rounded otherwise"),
            "missing": self.env._("a position is only in one of them"),
            "rate": self.env._("taxed at another rate"),
            "": "",
        }
        text = self.env._(
            "%(subject)s: %(theirs)s in the old system, %(ours)s with us",
            subject=subjects[difference.subject],
            theirs=values[0] or "–",
            ours=values[1] or "–",
        )
        cause = causes[difference.cause]
        return f"{text} ({cause})" if cause else text


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_channel_facts(self):
        """What two orders for the same order of a channel have to agree on."""
        self.ensure_one()
        unit = exact(self.currency_id.rounding)
        taxes, lines = {}, {}
        for line in self.order_line.filtered(lambda line: not line.display_type):
            name = line.product_id.default_code or line.product_id.name or line.name
            quantity, amount = lines.get(name, (ZERO, ZERO))
            lines[name] = (
                quantity + exact(line.product_uom_qty),
                amount + round_money(exact(line.price_total), unit),
            )
            for tax in line.tax_ids[:1]:
                rate = Decimal(f"{tax.amount:g}")
                taxes[rate] = taxes.get(rate, ZERO) + round_money(exact(line.price_tax), unit)
        return OrderFacts(
            total=round_money(exact(self.amount_total), unit),
            taxes={rate: amount for rate, amount in taxes.items() if amount},
            lines=lines,
            delivery=self._get_address_text(self.partner_shipping_id),
            invoice=self._get_address_text(self.partner_invoice_id),
        )

    @staticmethod
    def _get_address_text(partner):
        parts = (partner.name, partner.street, partner.zip, partner.city, partner.country_id.code)
        return ", ".join(part for part in parts if part)
