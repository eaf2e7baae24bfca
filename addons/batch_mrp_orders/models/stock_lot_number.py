# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class StockLot(models.Model):
    """Lots are numbered by the pattern of their company."""

    _inherit = "stock.lot"

    @api.depends("product_id")
    def _compute_name(self):
        for lot in self.filtered(lambda lot: not lot.name):
            [lot.name] = lot.product_id._get_lot_numbers() or [False]
        return super()._compute_name()

    @api.model
    def generate_lot_names(self, first_lot, count):
        """Core counts on from the first name; the pattern knows which ones are next."""
        product = self.env["product.product"].browse(self.env.context.get("number_lots_of"))
        if not product:
            return super().generate_lot_names(first_lot, count)
        names = [first_lot] if first_lot else []
        names += product._get_lot_numbers(count=count - len(names)) if count > len(names) else []
        return [{"lot_name": name} for name in names]


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_lot_pattern(self, company=None):
        """The pattern that numbers the lots of this product, if any.

        A sequence of the product's own, core's “Custom Lot/Serial”, goes before the pattern.
        """
        company = company or self.env.company
        common = self.env["ir.model.data"]._xmlid_to_res_id("stock.sequence_production_lots")
        # Whoever makes a lot, its number is that of the company.
        if self.tracking != "lot" or self.sudo().lot_sequence_id.id not in (common, False):
            return None
        return company.sudo()._get_lot_pattern()

    def _get_lot_numbers(self, day=None, count=1, company=None):
        """Next ``count`` lot numbers for goods of ``day``; none where no pattern numbers them.

        Numbers that somebody has typed in already are passed over, whatever they name.
        """
        if not self or not (pattern := self._get_lot_pattern(company)):
            return []
        day = day or fields.Date.context_today(self)
        code = self._get_lot_number_code()
        # Numbers are given without regard to rights and companies, so that each is unique.
        counter = self.env["stock.lot.counter"].sudo()
        lots = self.env["stock.lot"].sudo()
        names = []
        while missing := count - len(names):
            last = counter._advance(pattern.stem(code, day), missing)
            numbers = range(last - missing + 1, last + 1)
            candidates = [pattern.render(code, day, number) for number in numbers]
            taken = set(lots.search_fetch([("name", "in", candidates)], ["name"]).mapped("name"))
            names += [name for name in candidates if name not in taken]
        return names

    def _get_lot_number_code(self):
        return self.default_code or f"P{self.id}"

    def get_next_lot_number(self):
        """The number that the button “New” of core's dialog proposes; False leaves it to core."""
        self.ensure_one()
        self.env["stock.lot"].check_access("create")
        return next(iter(self._get_lot_numbers()), False)


class MrpProduction(models.Model):
    """Runs number their lots: on request, when they are started or when they are finished."""

    _inherit = "mrp.production"

    def _prepare_stock_lot_values(self):
        values = super()._prepare_stock_lot_values()
        names = self.product_id._get_lot_numbers(
            day=self._get_production_day(), company=self.company_id
        )
        if names:
            values["name"] = names[0]
        return values

    def _number_lots(self):
        """Give lots to those of these runs that have none and whose company numbers lots."""
        for production in self:
            if (
                production.state in ("confirmed", "progress", "to_close")
                and not production.lot_producing_ids
                and production.product_id._get_lot_pattern(production.company_id)
            ):
                production.action_generate_serial()

    def _number_lots_at_start(self):
        self.filtered("company_id.lot_number_at_start")._number_lots()

    def action_start(self):
        res = super().action_start()
        self._number_lots_at_start()
        return res

    def pre_button_mark_done(self):
        self._number_lots()
        return super().pre_button_mark_done()


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    def button_start(self, raise_on_invalid_state=False):
        res = super().button_start(raise_on_invalid_state=raise_on_invalid_state)
        self.production_id._number_lots_at_start()
        return res


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model
    def action_generate_lot_line_vals(self, context_data, mode, first_lot, count, lot_text):
        """Core's dialog “Generate Lots” goes on with the pattern, too."""
        moves = self
        product = self.env["product.product"].browse(context_data.get("default_product_id"))
        pattern = product._get_lot_pattern() if product and mode == "generate" else None
        day = fields.Date.context_today(self)
        if pattern and (
            not first_lot or pattern.matches(first_lot, product._get_lot_number_code(), day)
        ):
            moves = self.with_context(number_lots_of=product.id)
        return super(StockMove, moves).action_generate_lot_line_vals(
            context_data, mode, first_lot, count, lot_text
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def button_validate(self):
        self.filtered(lambda picking: picking.picking_type_code == "incoming")._number_lots()
        return super().button_validate()

    def _number_lots(self):
        """Number what is received without a lot, where the company wants that.

        Lines of a move with the same lot of the supplier and the same expiry are one lot.
        """
        lines = self.move_line_ids.filtered(
            lambda line: (
                line.state not in ("done", "cancel")
                and line.picking_type_use_create_lots
                and line.company_id.lot_number_on_receipt
                and line.quantity > 0
                and not line.lot_id
                and not (line.lot_name or "").strip()
                and line.product_id._get_lot_pattern(line.company_id)
            )
        )
        for _lot, same in lines.grouped(
            lambda line: (line.move_id, (line.supplier_lot or "").strip(), line.expiration_date)
        ).items():
            product, company = same.product_id, same.company_id
            [same.lot_name] = product._get_lot_numbers(company=company)
