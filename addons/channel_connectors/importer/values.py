# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command

from ..channels.base import linetax
from ..channels.base.money import ZERO, discount_percent, round_money
from ..channels.base.order import GIFT_WRAP, LineKind, PaymentState
from .home_rates import HomeRates, taxed
from .partners import Parties, PartnerFinder
from .payments import PaymentMap, ShippingMap
from .products import ProductFinder
from .records import naive
from .taxes import TaxMap

UNPAID = (
    PaymentState.PENDING,
    PaymentState.AUTHORIZED,
    PaymentState.PARTIALLY_PAID,
    PaymentState.VOIDED,
)


class OrderValues:
    """Values of sales orders for a chunk, with everything they refer to found in sets."""

    def __init__(self, channel, orders, currencies):
        self.channel = channel
        self.env = channel.env
        self.currencies = currencies
        found = orders.values()
        known = self.env["sale.order"].union(*(row.sale_order_id for row in orders))
        self.products = ProductFinder(channel, found, known)
        self.rates = HomeRates(channel, self.products)
        self.taxes = TaxMap(channel, self.rates.apply(found))
        self.payments = PaymentMap(channel, found)
        self.shippings = ShippingMap(channel, found)
        self.partners = PartnerFinder(
            channel, [order for row, order in orders.items() if not self._keeps_parties(row, order)]
        )
        # Odoo looks for an analytic distribution once per line; where there are no rules
        # to find, saying so saves more than half of all statements.
        # sudo: only whether there are rules
        rules = self.env["account.analytic.distribution.model"].sudo().search([], limit=1)
        self.no_analytics = {} if rules else {"analytic_distribution": False}

    @staticmethod
    def _keeps_parties(row, order):
        """True for a known order whose addresses the channel no longer tells."""
        told = not (order.billing.is_withheld and order.shipping.is_withheld)
        return bool(row.sale_order_id) and not told

    def parties(self, row, order):
        """Customer, invoice address and delivery address."""
        if self._keeps_parties(row, order):
            known = row.sale_order_id
            return Parties(known.partner_id, known.partner_invoice_id, known.partner_shipping_id)
        self.partners.check(order)
        return self.partners.parties(order)

    @staticmethod
    def party_vals(parties):
        """The addresses as values of an order."""
        return {
            "partner_id": parties.partner.id,
            "partner_invoice_id": parties.invoice.id,
            "partner_shipping_id": parties.delivery.id,
        }

    def taxed(self, order):
        """The order with all taxes; ``Problem`` where a product or a tax is missing."""
        if order.taxes_told:
            return order
        for line in order.lines:
            self.products.product_for(line)
        return taxed(self.rates.of(order), self.taxes)

    def order_vals(self, row, order):
        """Values of a taxed order with its lines; ``Problem`` where a decision is missing."""
        lines, positions = [], self.env["account.fiscal.position"]
        currency = self.currencies.values(order)
        for index, line in enumerate(order.lines):
            vals, line_positions = self._line_vals(order, line, currency["currency_id"])
            lines.append({**vals, "sequence": 10 + index})
            positions |= line_positions
        vals = {
            **self.party_vals(self.parties(row, order)),
            **currency,
            "company_id": self.channel.company_id.id,
            "warehouse_id": self.channel.warehouse_id.id,
            "team_id": self.channel.team_id.id,
            "user_id": False,
            "date_order": naive(order.ordered_at),
            "client_order_ref": order.name,
            "origin": order.purchase_reference or order.name,
            "carrier_id": self.shippings.carrier_id_for(order),
            "require_signature": False,
            "require_payment": False,
            **self._channel_vals(row, order),
            **self.status_vals(order),
            "order_line": [Command.create(vals) for vals in lines],
        }
        if len(positions) == 1:
            vals["fiscal_position_id"] = positions.id
        term = self.payments.method_for(order).payment_term_id
        if term:
            vals["payment_term_id"] = term.id
        return vals

    def _channel_vals(self, row, order):
        """What the channel says beside what every order has."""
        return {
            "channel_id": self.channel.id,
            "channel_order_id": row.id,
            "channel_note": order.note,
            "channel_discount_codes": ", ".join(order.discount_codes),
            "channel_shipping": order.shipping_method,
            "channel_is_test": order.test,
            "channel_address_missing": order.address_withheld,
            "channel_tax_collected": float(order.tax_collected),
            **self._gift_vals(order.gift),
        }

    @staticmethod
    def _gift_vals(gift):
        """What whoever packs a gift has to know."""
        return {
            "channel_is_gift": bool(gift),
            "channel_is_wrapped": bool(gift and gift.is_wrapped),
            "channel_gift_message": gift.message if gift else False,
            "channel_gift_sender": gift.sender if gift else False,
        }

    def status_vals(self, order):
        """What may change on an order at any time without touching what was agreed."""
        method = self.payments.method_for(order)
        return {
            "channel_payment_state": order.payment_state.value,
            "channel_amount_total": float(order.total),
            "channel_amount_refunded": float(order.amount_refunded),
            "channel_method_id": method.id,
            "channel_awaits_payment": order.payment_state in UNPAID
            and (method.kind == "prepayment" or order.is_unpaid),
        }

    def _line_vals(self, order, line, currency_id):
        """Values of a sales order line, and the fiscal positions its taxes ask for."""
        product = self.products.product_for(line)
        rows = self.taxes.rows_for(order, line)
        taxes = self._taxes_of(line, rows)
        discount = discount_percent(round_money(line.unit_price * line.quantity), line.amount)
        title = f"{line.group}: {line.title}" if line.group else line.title
        if title == GIFT_WRAP:
            title = self.env._("Gift wrap")
        wishes = "\n".join(f"{key}: {value}" for key, value in line.wishes)
        vals = {
            **self.no_analytics,
            "product_id": product.id,
            "name": f"{title}\n{wishes}" if wishes else title,
            "product_uom_qty": float(line.quantity),
            "price_unit": float(line.unit_price),
            "discount": float(discount),
            "tax_ids": [Command.set(list(taxes))],
            "channel_line_id": line.external_id,
            "channel_line_kind": line.kind.value,
            "channel_wishes": wishes,
            "is_delivery": line.kind == LineKind.SHIPPING,
            "extra_tax_data": linetax.build(
                currency_id=currency_id,
                price_unit=line.unit_price,
                discount=discount,
                quantity=line.quantity,
                base=order.line_net(line),
                taxes=taxes,
            ),
        }
        positions = self.env["account.fiscal.position"].concat(
            *(row.fiscal_position_id for row in rows)
        )
        return vals, positions

    @staticmethod
    def _taxes_of(line, rows):
        """Amount of each tax of Odoo by its id."""
        taxes = {}
        amounts = [tax.amount for tax in line.taxes] or [ZERO] * len(rows)
        for row, amount in zip(rows, amounts, strict=True):
            taxes[row.tax_id.id] = taxes.get(row.tax_id.id, ZERO) + amount
        return taxes
