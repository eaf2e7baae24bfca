# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..planning.quantity import exact
from ..planning.weighing import Judgement, Target
from .stock_move_line import GOODS_FIELDS


class StockMove(models.Model):
    """An ingredient of a run as the operator sees it: how much of what, what is on the scale.

    What was weighed is the truth: the move lines are made from the weighings, and nothing
    else sets the quantity of a weighed ingredient.
    """

    _inherit = "stock.move"

    weighing_ids = fields.One2many(
        "mrp.production.weighing", "move_id", domain=[("state", "=", "weighed")]
    )
    tolerance_percent = fields.Float(compute="_compute_weighing", digits=(5, 2))
    weighing_instruction = fields.Char(related="bom_line_id.weighing_instruction")
    scale_uom_id = fields.Many2one("uom.uom", compute="_compute_weighing")
    scale_target = fields.Char("Target", compute="_compute_weighing")
    scale_range = fields.Char("Allowed", compute="_compute_weighing")
    scale_weighed = fields.Char("Weighed", compute="_compute_weighing")
    scale_missing = fields.Char("Still Missing", compute="_compute_weighing")
    weighed_lots = fields.Char(compute="_compute_weighing")
    suggested_lots = fields.Char("Take From", compute="_compute_suggested_lots")
    weighing_state = fields.Selection(
        [
            ("open", "Open"),
            ("started", "Started"),
            ("done", "Complete"),
            ("deviating", "Out of Tolerance"),
        ],
        compute="_compute_weighing",
    )

    def _get_scale_unit(self):
        """Small amounts are weighed in grams, everything else in the unit of the recipe."""
        unit = self.product_uom
        gram = self.env["uom.uom"]._get_gram()
        if unit._is_mass() and exact(self.product_uom_qty) * exact(unit.factor) < 1000 * exact(
            gram.factor
        ):
            return gram
        return unit

    def _get_target(self, unit):
        """The target of the run, also after its quantity was changed, in ``unit``.

        :rtype: odoo.addons.batch_mrp_orders.planning.weighing.Target
        """
        self.ensure_one()
        ratio = self.product_uom._get_exact_ratio(unit)
        tolerance = self.bom_line_id._get_tolerance(self.company_id)
        return Target(exact(self.product_uom_qty) * ratio, exact(tolerance))

    @api.depends(
        "product_uom_qty",
        "product_uom",
        "bom_line_id.tolerance_percent",
        "company_id.weighing_tolerance_percent",
        "weighing_ids.quantity",
        "weighing_ids.state",
    )
    @api.depends_context("lang")
    def _compute_weighing(self):
        for move in self:
            unit = move._get_scale_unit()
            target = move._get_target(unit)
            weighed = Fraction(move.weighing_ids._get_in_unit(unit))
            text = unit._get_quantity_text
            move.scale_uom_id = unit
            move.tolerance_percent = float(target.tolerance)
            move.scale_target = text(float(target.quantity))
            move.scale_range = f"{text(float(target.low))} – {text(float(target.high))}"
            move.scale_weighed = text(float(weighed)) if move.weighing_ids else False
            is_below = target.judge(weighed) is Judgement.BELOW
            move.scale_missing = text(float(target.missing(weighed))) if is_below else False
            move.weighed_lots = ", ".join(move.weighing_ids.lot_id.mapped("name"))
            move.weighing_state = move._get_weighing_state(target, weighed)

    def _get_weighing_state(self, target, weighed):
        """Whether the ingredient is complete: in tolerance, or off for a reason that was given
        for just this target and this sum."""
        judgement = target.judge(weighed)
        last = self.weighing_ids.sorted("id")[-1:]
        if judgement is Judgement.WITHIN and (last or not target.quantity):
            return "done"
        if not last:
            return "open"
        factor = last.uom_id._get_exact_ratio(self._get_scale_unit())
        told = last.is_explained and (
            abs(exact(last.target_qty) * factor - target.quantity) < Fraction(1, 10**5)
            and abs(exact(last.total_qty) * factor - weighed) < Fraction(1, 10**5)
        )
        if judgement is Judgement.ABOVE:
            return "done" if told else "deviating"
        return "done" if told and last.is_last else "started"

    @api.depends("move_line_ids.lot_id", "move_line_ids.quantity", "move_line_ids.picked")
    def _compute_suggested_lots(self):
        for move in self:
            lines = move.move_line_ids.filtered(lambda line: line.lot_id and not line.picked)
            move.suggested_lots = ", ".join(dict.fromkeys(lines.lot_id.mapped("name")))

    # ------------------------------------------------------------------- booking
    def _book_weighings(self):
        """Make the move lines what was weighed: lot by lot, exactly, and picked.

        What is still missing stays reserved; what is no longer needed is given back.
        """
        for move in self:
            wanted = defaultdict(Fraction)
            unit = move.product_id.uom_id
            for weighing in move.weighing_ids.filtered("product_qty"):
                wanted[weighing.lot_id] += exact(weighing.product_qty)
            move.manual_consumption = True
            lines = move.move_line_ids.filtered("picked")
            move._free_reservation_for(wanted)
            stale = lines.filtered(lambda line, wanted=wanted: line.lot_id not in wanted)
            booked = self.with_context(booking_weighings=True).env["stock.move.line"]
            for lot, quantity in wanted.items():
                line = (lines - stale).filtered(lambda line, lot=lot: line.lot_id == lot)
                stale |= line[1:]
                values = {"quantity": float(quantity), "product_uom_id": unit.id, "picked": True}
                if line:
                    booked.browse(line[0].id).write(values)
                else:
                    booked.create({**move._prepare_move_line_vals(), **values, "lot_id": lot.id})
            booked.browse(stale.ids).unlink()
        self._recompute_state()

    def _free_reservation_for(self, weighed):
        """Keep reserved only what is still missing, first giving back of the lots weighed."""
        self.ensure_one()
        reserved = self.move_line_ids.filtered(lambda line: not line.picked)
        total = sum(weighed.values(), Fraction(0))
        missing = max(exact(self.product_qty) - total, Fraction(0))
        if self.weighing_state == "done":
            missing = Fraction(0)
        excess = sum(exact(line.quantity_product_uom) for line in reserved) - missing
        for line in reserved.sorted(lambda line: line.lot_id not in weighed):
            given = min(exact(line.quantity_product_uom), excess)
            if given > 0:
                excess -= given
                line._give_back(given)

    def _set_quantity_done(self, qty):
        """A weighed ingredient has the quantity that was weighed, whatever the run makes."""
        weighed = self.filtered("weighing_ids")
        if self - weighed:
            return super(StockMove, self - weighed)._set_quantity_done(qty)
        return None

    def _check_weighings_booked(self):
        """Refuse to consume anything else than what was weighed."""
        for move in self.filtered("weighing_ids"):
            weighed = defaultdict(Fraction)
            for weighing in move.weighing_ids.filtered("product_qty"):
                weighed[weighing.lot_id] += exact(weighing.product_qty)
            booked = defaultdict(Fraction)
            for line in move.move_line_ids.filtered(lambda line: line.picked and line.quantity):
                booked[line.lot_id] += exact(line.quantity_product_uom)
            if weighed != booked:
                raise UserError(
                    self.env._(
                        "%(product)s: the lots and quantities to be consumed are not those that "
                        "were weighed. Correct the weighing on the operator's screen.",
                        product=move.product_id.display_name,
                    )
                )

    def action_open_weighing(self):
        """Open the scale for this ingredient."""
        self.ensure_one()
        return self._get_weighing_action()

    def _get_weighing_action(self, lot=None, scanned=False):
        run = self.raw_material_production_id
        run.check_access("write")
        run._check_can_weigh()
        wizard = self.env["mrp.floor.weigh"].create(
            {"move_id": self.id, "uom_id": self.scale_uom_id.id, "is_scanned": scanned}
        )
        wizard._load_lots(lot)
        return wizard._get_action()


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def write(self, vals):
        if GOODS_FIELDS & set(vals):
            self._check_not_weighed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_weighed(self):
        self._check_not_weighed()

    def _check_not_weighed(self):
        """What was weighed is corrected where it was weighed, and released records never."""
        if self.env.context.get("booking_weighings"):
            return
        moves = self.move_id
        runs = moves.raw_material_production_id | moves.production_id
        if not runs:
            return
        runs.filtered(lambda run: run.state == "done")._check_record_open()
        weighed = self.filtered(
            lambda line: (
                line.picked and line.state not in ("done", "cancel") and line.move_id.weighing_ids
            )
        )
        if weighed:
            raise UserError(
                self.env._(
                    "%s was weighed: correct the weighing on the operator's screen.",
                    ", ".join(weighed.product_id.mapped("display_name")),
                )
            )
