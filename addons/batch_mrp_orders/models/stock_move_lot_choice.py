# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import namedtuple
from datetime import date
from fractions import Fraction

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..planning.quantity import exact
from ..planning.weighing import Judgement

# A lot that could be weighed: the first day on which it may no longer be used, what of it is
# free for this run, what is set aside for it, what is kept for others, why it must not be
# used (or None). Quantities are exact, in the unit of the product.
LotOption = namedtuple("LotOption", "lot expires free reserved kept refusal")


class StockMove(models.Model):
    """Which lot of an ingredient is taken, and what has to be explained about it."""

    _inherit = "stock.move"

    def _get_lot_options(self):
        """Lots of the ingredient in stock by lot, the one to be used up first at the front.

        :rtype: dict[stock.lot, LotOption]
        """
        self.ensure_one()
        quants = self.env["stock.quant"]
        stock = quants._read_group(
            [
                ("product_id", "=", self.product_id.id),
                ("location_id", "child_of", self.location_id.id),
                ("lot_id", "!=", False),
                ("quantity", ">", 0),
            ],
            ["lot_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        )
        own = self._get_reserved_by_lot()
        book, consumer = self._get_claim_book(), self._get_consumer_key()
        options = []
        for lot, quantity, reserved in stock:
            free, kept = max(exact(quantity) - exact(reserved), Fraction(0)), Fraction(0)
            goods = self._get_goods(self.location_id, lot)
            if book and book.binds(goods.product, goods.warehouse):
                kept = max(free - book.allowed(consumer, goods), Fraction(0))
            expires = quants._get_last_day(lot)
            options.append(
                LotOption(
                    lot,
                    expires,
                    free - kept + own.get(lot, 0),
                    own.get(lot, Fraction(0)),
                    kept,
                    self._get_refusal(lot, expires),
                )
            )
        options.sort(key=lambda o: (not o.reserved, o.expires or date.max, o.lot.id))
        return {option.lot: option for option in options}

    def _get_reserved_by_lot(self):
        """What is set aside for this ingredient and not weighed yet, exact, by lot."""
        reserved = {}
        for line in self.move_line_ids.filtered(lambda line: line.lot_id and not line.picked):
            reserved.setdefault(line.lot_id, Fraction(0))
            reserved[line.lot_id] += exact(line.quantity_product_uom)
        return reserved

    def _get_refusal(self, lot, expires):
        """Why the lot must not go into production, or None."""
        if lot.is_blocked:
            return self.env._("blocked: %s", lot.block_reason or "")
        if expires and expires <= fields.Date.context_today(self):
            return self.env._("to be used before %s", format_date(self.env, expires))
        return None

    def _get_weighable(self, quantity, unit):
        """The quantity of the scale as stock can hold it, exact."""
        if quantity < 0:
            raise UserError(self.env._("A weighed quantity must not be negative."))
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return round(exact(quantity), digits)

    def _check_lot_to_weigh(self, lot, amount, options):
        """Only a released lot of just this ingredient that is in stock may go in."""
        product = self.product_id
        if product.tracking == "none" or not amount:
            return
        if not lot:
            raise UserError(self.env._("Scan or choose the lot of %s.", product.display_name))
        if lot.product_id != product:
            raise UserError(
                self.env._(
                    "Lot %(lot)s is %(other)s, not %(product)s.",
                    lot=lot.name,
                    other=lot.product_id.display_name,
                    product=product.display_name,
                )
            )
        refusal = self._get_refusal(lot, self.env["stock.quant"]._get_last_day(lot))
        if refusal:
            raise UserError(
                self.env._(
                    "Lot %(lot)s of %(product)s must not be used, %(reason)s",
                    lot=lot.name,
                    product=product.display_name,
                    reason=refusal,
                )
            )
        if lot not in options and not self.weighing_ids.filtered(lambda w: w.lot_id == lot):
            raise UserError(
                self.env._(
                    "There is nothing of lot %(lot)s in %(location)s.",
                    lot=lot.name,
                    location=self.location_id.display_name,
                )
            )

    def _get_older_lot(self, lot, quantity, options):
        """The lot that should be used up before ``quantity`` of this one, if any.

        What is set aside for the run, for instance because it was made for it, is right.

        :param quantity: exact, in the unit of the product
        """
        chosen = options.get(lot)
        target = self._get_target(self.product_id.uom_id)
        # A rest as small as the tolerance is not worth a question.
        rest = target.high - target.quantity
        if not chosen or quantity <= chosen.reserved or not chosen.expires:
            return self.env["stock.lot"]
        older = [
            option
            for option in options.values()
            if option.expires
            and option.expires < chosen.expires
            and option.free > rest
            and not option.refusal
        ]
        return min(older, key=lambda o: (o.expires, o.lot.id)).lot if older else lot.browse()

    def _prepare_weighing(self, amount, unit, lot):
        target = self._get_target(unit)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        in_stock_unit = amount * unit._get_exact_ratio(self.product_id.uom_id)
        return {
            "production_id": self.raw_material_production_id.id,
            "move_id": self.id,
            "product_id": self.product_id.id,
            "lot_id": lot.id,
            "quantity": float(amount),
            "uom_id": unit.id,
            "product_qty": float(round(in_stock_unit, digits)),
            "target_qty": float(target.quantity),
            "total_qty": float(self.weighing_ids._get_in_unit(unit) + amount),
            "tolerance_percent": float(target.tolerance),
        }

    def _get_deviations(self, values, options):
        """What about a weighing needs a reason.

        :param values: those of :meth:`_prepare_weighing`, with ``is_last``
        :return: arguments of ``_log_deviation`` but the reason
        """
        lot = self.env["stock.lot"].browse(values["lot_id"])
        entry = {
            "product_id": self.product_id.id,
            "lot_id": lot.id,
            "uom_id": values["uom_id"],
        }
        deviations = self._get_quantity_deviations(values, entry)
        older = self._get_older_lot(lot, exact(values["product_qty"]), options)
        if older:
            subject = self.env._(
                "Lot %(lot)s of %(product)s although lot %(older)s expires first",
                lot=lot.name,
                product=self.product_id.display_name,
                older=older.name,
            )
            deviations.append({"kind": "lot", "subject": subject, **entry})
        free = options[lot].free if lot in options else Fraction(0)
        if lot and exact(values["product_qty"]) > free:
            text = self.product_id.uom_id._get_quantity_text
            if lot in options and options[lot].kept:
                raise UserError(
                    self.env._(
                        "Of lot %(lot)s only %(free)s may be used here: the rest was made for "
                        "others. Take another lot, or have the goods re-allocated.",
                        lot=lot.name,
                        free=text(float(free)),
                    )
                )
            subject = self.env._(
                "%(quantity)s of lot %(lot)s weighed, only %(free)s of it in stock for this run",
                quantity=text(values["product_qty"]),
                lot=lot.name,
                free=text(float(free)),
            )
            deviations.append({"kind": "stock", "subject": subject, **entry})
        return deviations

    def _get_quantity_deviations(self, values, entry):
        unit = self.env["uom.uom"].browse(values["uom_id"])
        target, total = self._get_target(unit), exact(values["total_qty"])
        judgement = target.judge(total)
        too_little = judgement in (Judgement.BELOW, Judgement.OPEN) and values["is_last"]
        if judgement is not Judgement.ABOVE and not too_little:
            return []
        run = self.raw_material_production_id
        if run.consumption == "strict" and not self.env.user.has_group("mrp.group_mrp_manager"):
            raise UserError(
                self.env._(
                    "The recipe of %s allows no other quantity than the target within its "
                    "tolerance. Ask the head of production.",
                    run.name,
                )
            )
        subject = self.env._(
            "%(product)s: %(weighed)s instead of %(target)s",
            product=self.product_id.display_name,
            weighed=unit._get_quantity_text(float(total)),
            target=unit._get_quantity_text(float(target.quantity)),
        )
        return [
            {
                "kind": "quantity",
                "subject": subject,
                "target": float(target.quantity),
                "actual": float(total),
                "percent": float(target.deviation_percent(total)),
                **entry,
            }
        ]
