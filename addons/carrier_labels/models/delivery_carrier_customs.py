# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import api, fields, models

from ..carriers.base.customs import needs_customs
from ..carriers.base.types import ContentLine, Customs

CENT = Decimal("0.01")


class DeliveryCarrier(models.Model):
    """What customs want to know of a parcel.

    Its value is the price of the goods without tax and freight: what customs call the intrinsic
    value (Art. 1 No. 48 of Delegated Regulation (EU) 2015/2446, and the same in Great Britain), and
    what stands on the invoice of an export, which is free of VAT (§ 4 No. 1 a UStG). What is given
    away, a replacement or a sample, has the value it would be sold for. DHL and UPS both want the
    value of one piece.
    """

    _inherit = "delivery.carrier"

    def _label_content(self, picking, lines):
        """Goods of a parcel, where there are customs."""
        if not picking.needs_customs:
            return
        by_product = lines.grouped("product_id")
        for commodity in self._get_commodities_from_stock_move_lines(lines):
            product = commodity.product_id
            yield ContentLine(
                description=product.with_context(lang="en_US").name,
                quantity=int(commodity.qty),
                value=by_product[product]._get_customs_value(commodity.qty),
                currency=picking._get_customs_currency().name,
                weight=self._label_weight(product.weight),
                hs_code=(product.hs_code or "").replace(" ", "").replace(".", ""),
                origin=commodity.country_of_origin or "",
            )

    def _label_customs(self, picking, *, kind, description, terms):
        """Customs papers, for destinations outside of the customs union only."""
        if not picking.needs_customs:
            return None
        freight = picking.sale_id.order_line.filtered("is_delivery").mapped("price_subtotal")
        return Customs(
            kind=kind or "COMMERCIAL_GOODS",
            description=description or "",
            invoice=picking.origin or picking.name,
            charges=Decimal(str(sum(freight))).quantize(CENT),
            currency=picking._get_customs_currency().name,
            terms=terms or "",
            permit=picking.customs_permit or "",
            attestation=picking.customs_certificate or "",
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    eori = fields.Char(
        "EORI Number",
        help="Known to customs by this number: our own as exporter, or that of a customer who "
        "imports. DHL wants it for parcels that pass customs.",
    )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    needs_customs = fields.Boolean("Passes Customs", compute="_compute_needs_customs")
    customs_permit = fields.Char(
        "Permit Number", size=30, copy=False, help="Of the permit such goods need, if they do."
    )
    customs_certificate = fields.Char(
        "Certificate Number",
        size=30,
        copy=False,
        help="Of a certificate that goes with the goods, say of their health.",
    )

    @api.depends("partner_id.country_id", "partner_id.zip")
    def _compute_needs_customs(self):
        for picking in self:
            country = picking.partner_id.country_id.code or ""
            picking.needs_customs = needs_customs(country, picking.partner_id.zip or "")

    def _get_customs_currency(self):
        """The currency of all values of a parcel: that of the order."""
        return self.sale_id.currency_id or self.company_id.currency_id


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _get_customs_value(self, pieces):
        """The value of one of these pieces of a product, in the currency of the order."""
        worth = sum(line.quantity_product_uom * line.move_id._get_net_price() for line in self)
        return (Decimal(str(worth)) / Decimal(str(pieces))).quantize(CENT)


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_net_price(self):
        """What one piece was sold for without tax; of a kit its share, by list prices."""
        self.ensure_one()
        line = self.sale_line_id
        usual = self._get_usual_price()
        if line.product_id == self.product_id:
            unit = line.product_uom_id
            sold = unit._compute_price(line.price_reduce_taxexcl, self.product_id.uom_id)
        else:
            parts = line.move_ids.filtered(lambda move: move.state != "cancel")
            worth = sum(move._get_usual_price() * move.product_qty for move in parts)
            sold = usual * line.price_subtotal / worth if worth else 0
        return sold or usual

    def _get_usual_price(self):
        """What one piece is sold for without tax, in the currency of the order."""
        product, company = self.product_id, self.company_id
        currency = self.picking_id._get_customs_currency()
        taxes = product.taxes_id.filtered_domain(
            self.env["account.tax"]._check_company_domain(company)
        )
        net = taxes.compute_all(product.list_price, company.currency_id, product=product)
        price = net["total_excluded"]
        return company.currency_id._convert(price, currency, company, fields.Date.today())
