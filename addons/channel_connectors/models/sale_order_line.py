# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..channels.base import linetax


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    channel_line_id = fields.Char(readonly=True, copy=False, index="btree_not_null")
    channel_line_kind = fields.Selection(
        [
            ("goods", "Goods"),
            ("custom", "Custom Item"),
            ("gift_card", "Gift Card"),
            ("tip", "Tip"),
            ("shipping", "Shipping"),
            ("fee", "Fee"),
            ("rounding", "Rounding"),
        ],
        readonly=True,
        copy=False,
    )

    channel_wishes = fields.Text(
        "Wishes of the Customer",
        readonly=True,
        copy=False,
        help="What the customer asked for on this line, such as a text to engrave.",
    )

    # What the channel charged stays what the customer pays: core would set the price of
    # the pricelist again as soon as the quantity changes.

    def _compute_price_unit(self):
        return super(SaleOrderLine, self._not_imported())._compute_price_unit()

    def _compute_discount(self):
        return super(SaleOrderLine, self._not_imported())._compute_discount()

    def _compute_tax_ids(self):
        return super(SaleOrderLine, self._not_imported())._compute_tax_ids()

    def _not_imported(self):
        return self.filtered(lambda line: not line.channel_line_id)

    def _channel_tax_data(self, quantity, **options):
        """The channel's amounts of this line for a quantity, or nothing if they no longer
        hold because somebody changed price or discount.
        """
        self.ensure_one()
        data = self.extra_tax_data
        currency = self.currency_id
        if (
            not self.channel_line_id
            or not data
            or not data.get("quantity")
            or currency.compare_amounts(self.price_unit, data["price_unit"])
            or currency.compare_amounts(self.discount, data["discount"])
        ):
            return None
        unit = linetax.exact(currency.rounding)
        return linetax.cut(data, linetax.exact(quantity), unit=unit, **options)

    @api.depends("extra_tax_data")
    def _compute_amount(self):
        return super()._compute_amount()

    def _prepare_base_line_for_taxes_computation(self, **kwargs):
        """Another quantity than imported takes its share of the channel's amounts."""
        quantity = kwargs.get("quantity", self.product_uom_qty)
        if self.channel_line_id and self.extra_tax_data and "extra_tax_data" not in kwargs:
            data = self._channel_tax_data(quantity)
            if data:
                kwargs["extra_tax_data"] = data
        return super()._prepare_base_line_for_taxes_computation(**kwargs)

    def _prepare_invoice_line(self, **optional_values):
        """Each invoice takes what the ones before have left of the channel's amounts."""
        vals = super()._prepare_invoice_line(**optional_values)
        if self.channel_line_id and not self.is_downpayment and "quantity" in vals:
            data = self._channel_tax_data(
                vals["quantity"],
                done=linetax.exact(self.qty_invoiced),
                billed=self._channel_billed(),
            )
            if data:
                vals["extra_tax_data"] = data
        return vals

    def _channel_billed(self):
        """Amounts of this line on invoices so far, credit notes with a minus."""
        return [
            (-1 if line.move_id.move_type == "out_refund" else 1, line.extra_tax_data)
            for line in self.invoice_lines
            if line.move_id.state != "cancel"
            and line.extra_tax_data
            and "manual_total_excluded_currency" in line.extra_tax_data
        ]
