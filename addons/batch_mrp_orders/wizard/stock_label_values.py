# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..labelling import gs1
from ..labelling.base_price import base_price
from ..labelling.type_size import figure_height, font_size
from ..models.mrp_bom_mixes import Make
from ..planning.quantity import exact


class StockLabelPrintLine(models.TransientModel):
    """What is printed on each label, for all lines in a constant number of queries."""

    _inherit = "stock.label.print.line"

    def _get_label_values(self):
        declarations, prices = {}, {}
        if self.wizard_id.kind == "product":
            makes = self._get_makes()
            declared = self.env["mrp.bom"]._get_declarations(set(makes.values()))
            declarations = {line: declared[make] for line, make in makes.items()}
            prices = self._get_prices()
        return [
            line._get_values(declarations.get(line), prices.get(line.product_id)) for line in self
        ]

    def _get_values(self, declaration, price):
        product, lot = self.product_id, self.lot_id
        elements, plain = self._get_code_elements()
        return {
            "line": self,
            "product": product,
            "name": product.declared_name or product.name,
            "lot": lot,
            "date": self._get_date_text(),
            "quantity": product.uom_id._get_quantity_text(self.quantity) if self.quantity else "",
            "supplier_lot": lot.supplier_lot,
            "declaration": declaration,
            "findings": declaration.findings if declaration else [],
            "net_quantity": self._get_content_text(product.net_quantity),
            "drained_quantity": self._get_content_text(product.drained_quantity),
            "figure_size": self._get_figure_size(),
            "per_volume": product.has_nutrition and product.net_uom_id._is_volume(),
            "address": product.label_partner_id or self.wizard_id.company_id.partner_id,
            "price": self._get_price_text(price),
            "base_price": self._get_base_price_text(price),
            "code": self._get_code(elements, plain),
            "readable": [element.readable for element in elements] or [plain],
        }

    # ------------------------------------------------------------------- recipes
    def _get_makes(self):
        """The recipe by which each was made: that of its run, else the one in force."""
        runs = self._get_runs()
        makes = {}
        for line in self:
            run = line.production_id or runs.get(line.lot_id)
            day = run._get_recipe_date() if run else fields.Date.context_today(line)
            bom = run.bom_id.id if run and run.product_id == line.product_id else 0
            makes[line] = Make(line.product_id.id, day, bom)
        return makes

    def _get_runs(self):
        """The latest run that made each lot."""
        # Printing labels does not need the rights to read runs.
        runs = (
            self.env["mrp.production"]
            .sudo()
            .search(
                [("lot_producing_ids", "in", self.lot_id.ids), ("state", "!=", "cancel")],
                order="id",
            )
        )
        return {lot: run for run in runs for lot in run.lot_producing_ids}

    # --------------------------------------------------------------------- texts
    def _get_date(self):
        """Day on the label, in the time zone of the company."""
        moment = self.lot_id._get_best_before()
        return self.wizard_id.company_id._get_local_day(moment) if moment else False

    def _get_date_text(self):
        return format_date(self.env, self._get_date()) if self._get_date() else ""

    def _get_content_text(self, quantity):
        return self.product_id.net_uom_id._get_quantity_text(quantity) if quantity else ""

    def _get_figure_size(self):
        content = self.product_id.net_uom_id._get_base_quantity(self.product_id.net_quantity)
        return font_size(figure_height(content))

    # -------------------------------------------------------------------- prices
    def _get_prices(self):
        """Price of a piece with taxes, by product."""
        wizard = self.wizard_id
        if not wizard.with_price:
            return {}
        products = self.product_id
        currency = wizard.pricelist_id.currency_id or wizard.company_id.currency_id
        prices = wizard.pricelist_id._get_products_price(products, 1.0)
        return {
            product: product.taxes_id._filter_taxes_by_company(wizard.company_id).compute_all(
                prices[product.id], currency=currency, product=product
            )["total_included"]
            for product in products
        }

    def _get_currency(self):
        return self.wizard_id.pricelist_id.currency_id or self.wizard_id.company_id.currency_id

    def _get_price_text(self, price):
        if price is None:
            return ""
        return formatLang(self.env, price, currency_obj=self._get_currency())

    def _get_base_price_text(self, price):
        product = self.product_id
        if price is None or not product._get_content():
            return ""
        value = base_price(exact(price), product._get_content())
        if value is None:
            return ""
        amount = formatLang(self.env, float(value), currency_obj=self._get_currency())
        if product.net_uom_id._is_volume():
            return self.env._("%s per 1 l", amount)
        return self.env._("%s per 1 kg", amount)

    # --------------------------------------------------------------------- codes
    def _get_code(self, elements, plain):
        """Symbology and value for the report engine, None for no code."""
        kind = self.wizard_id.code
        if kind == "none" or not (elements or plain):
            return None
        if not elements:
            return ("DataMatrix" if kind == "datamatrix" else "Code128", plain)
        text = gs1.payload(elements)
        if kind == "datamatrix":
            return ("GS1DataMatrix", text)
        self._explained(gs1.code128, text)  # whether it fits
        return ("GS1-128", text)

    def _get_code_elements(self):
        """GS1 elements, or plain text where the product has no GTIN."""
        product, lot = self.product_id, self.lot_id
        barcode = (product.barcode or "").strip()
        if self.wizard_id.code == "none":
            return [], ""
        if len(barcode) not in gs1.GTIN_LENGTHS or not barcode.isdigit():
            return [], lot.name or barcode
        today = fields.Date.context_today(self)
        counted = self.wizard_id.quantity_in_code and not product.uom_id._is_measured()
        elements = [self._explained(gs1.content if counted else gs1.gtin, barcode)]
        if day := self._get_date():
            write = gs1.use_by if product.date_mark == "use_by" else gs1.best_before
            elements.append(self._explained(write, day, today))
        if lot:
            elements.append(self._explained(gs1.lot, lot.name))
        if self.wizard_id.quantity_in_code and self.quantity:
            elements.append(self._get_quantity_element())
        return elements, ""

    def _get_quantity_element(self):
        unit = self.product_id.uom_id
        if unit._is_measured():
            write = gs1.net_weight if unit._is_mass() else gs1.net_volume
            return self._explained(write, unit._get_base_quantity(self.quantity) / 1000)
        return self._explained(gs1.count, int(exact(self.quantity)))

    def _explained(self, write, *values):
        """What cannot be written in a code is said so that a person can change it."""
        try:
            return write(*values)
        except gs1.Gs1Error as error:
            raise UserError(self._get_code_message(error)) from error

    def _get_code_message(self, error):
        product = self.product_id.display_name
        messages = {
            "gtin": self.env._(
                "%(product)s: the last digit of the barcode %(value)s is not its check digit. "
                "Correct the barcode of the product.",
                product=product,
                value=error.value,
            ),
            "characters": self.env._(
                "%(product)s: the lot number %(value)s has characters that a GS1 code cannot hold "
                "(spaces, umlauts and others). Print without a code, or rename the lot.",
                product=product,
                value=error.value,
            ),
            "length": self.env._(
                "%(product)s: the lot number %(value)s is longer than the %(limit)s characters of "
                "a GS1 code. Print without a code, or rename the lot.",
                product=product,
                value=error.value,
                limit=error.limit,
            ),
            "date": self.env._(
                "%(product)s: the date %(value)s is too far from today for a GS1 code.",
                product=product,
                value=error.value,
            ),
            "symbol": self.env._(
                "%(product)s: GS1-128 holds %(limit)s characters, these are more. Choose "
                "GS1 DataMatrix.",
                product=product,
                limit=error.limit,
            ),
        }
        too_large = self.env._(
            "%(product)s: the quantity %(value)s does not fit in a GS1 code. Print without the "
            "quantity in the code.",
            product=product,
            value=error.value,
        )
        return messages.get(error.reason, too_large)
