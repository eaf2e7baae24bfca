# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..planning.quantity import exact
from ..planning.weighing import Judgement, Target

ON_THE_FLOOR = ("running", "paused")


class MrpProduction(models.Model):
    """A run on the operator's screen: start, pause, weigh, check, finish."""

    _inherit = "mrp.production"

    floor_state = fields.Selection(
        [
            ("ready", "Ready"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("finished", "Finished"),
        ],
        "On the Floor",
        default="ready",
        copy=False,
        readonly=True,
    )
    floor_workcenter_id = fields.Many2one(
        "mrp.workcenter",
        "Current Work Center",
        compute="_compute_floor_workcenter_id",
        store=True,
        help="Work center of the first operation that is not finished.",
    )
    floor_place = fields.Char(
        "Place",
        related="floor_workcenter_id.name",
        store=True,
        help="The work center by its name: cards of runs without one stay open, too.",
    )
    floor_move_ids = fields.Many2many(
        "stock.move", compute="_compute_floor_move_ids", string="Ingredients to Weigh"
    )
    floor_progress = fields.Char(compute="_compute_floor_progress")
    weighing_ids = fields.One2many(
        "mrp.production.weighing", "production_id", "Weighings", copy=False
    )
    open_check_count = fields.Integer(compute="_compute_floor_progress")
    entry_number = fields.Integer(
        copy=False, readonly=True, help="Counts the entries, so that they follow each other."
    )

    @api.depends("workorder_ids.workcenter_id", "workorder_ids.state")
    def _compute_floor_workcenter_id(self):
        for run in self:
            run.floor_workcenter_id = run._get_current_workorder().workcenter_id

    def _get_current_workorder(self):
        return self.workorder_ids.filtered(lambda order: order.state not in ("done", "cancel"))[:1]

    @api.depends(
        "move_raw_ids.state", "move_raw_ids.bom_line_id.sequence", "move_raw_ids.weighing_ids"
    )
    def _compute_floor_move_ids(self):
        for run in self:
            run.floor_move_ids = run.move_raw_ids.filtered(
                lambda move: move.state != "cancel" or move.weighing_ids
            ).sorted(lambda move: (not move.bom_line_id, move.bom_line_id.sequence, move.id))

    @api.depends(
        "move_raw_ids.weighing_ids.state", "move_raw_ids.product_uom_qty", "check_ids.result"
    )
    def _compute_floor_progress(self):
        for run in self:
            moves = run.floor_move_ids
            done = moves.filtered(lambda move: move.weighing_state == "done")
            run.floor_progress = f"{len(done)} / {len(moves)}"
            run.open_check_count = len(run.check_ids.filtered(lambda c: c.result == "open"))

    def action_open_floor(self):
        """Open the operator's screen of the run."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "mrp.production",
            "view_mode": "form",
            "views": [(self.env.ref("batch_mrp_orders.mrp_production_view_form_floor").id, "form")],
            "res_id": self.id,
        }

    # -------------------------------------------------------------- start and pause
    def _lock_for_entry(self):
        """Let the entries of a run follow each other.

        Writing on the run makes whoever comes second begin anew and see the first entry.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE mrp_production SET entry_number = COALESCE(entry_number, 0) + 1 "
                "WHERE id IN %s",
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(["entry_number"], flush=False)

    def _check_can_weigh(self):
        for run in self:
            if run.state not in ("confirmed", "progress", "to_close"):
                raise UserError(
                    self.env._("%s is not being produced: it is a draft or closed.", run.name)
                )

    def action_floor_start(self):
        """Start the run, or go on with it after a pause."""
        for run in self:
            run.check_access("write")
            run._lock_for_entry()
            run._check_can_weigh()
            if run.floor_state != "running":
                run._floor_start()
        return True

    def _floor_start(self):
        self.ensure_one()
        kind = "resume" if self.floor_state == "paused" else "start"
        if kind == "start" and self.reservation_state != "assigned":
            self.action_assign()
        self.floor_state = "running"
        # Only the scale sets what is consumed from here on.
        self.move_raw_ids.filtered(lambda m: m.state not in ("done", "cancel")).write(
            {"manual_consumption": True}
        )
        workorder = self._get_current_workorder()
        if workorder:
            workorder.button_start()
        else:
            self.action_start()
        self._log_event(kind)

    def action_floor_pause(self):
        for run in self:
            run.check_access("write")
            run._lock_for_entry()
            if run.floor_state == "running":
                run.workorder_ids.end_all()
                run.floor_state = "paused"
                run._log_event("pause")
        return True

    # --------------------------------------------------------------------- weighing
    def _weigh(
        self,
        move,
        quantity,
        unit,
        lot=None,
        *,
        is_last=False,
        reason=None,
        token=None,
        is_scanned=False,
    ):
        """Enter what somebody has weighed of one lot; the move lines follow.

        :param quantity: in ``unit``, as the scale shows it
        :param is_last: nothing more of the ingredient is to follow
        :param reason: why something is not as it should be, if so
        :param token: names the entry, so that the same one sent twice is entered once
        :return: the ``mrp.production.weighing``
        """
        self.ensure_one()
        self.check_access("write")
        self._lock_for_entry()
        weighings = self.env["mrp.production.weighing"]
        if token and (entered := weighings.search([("token", "=", token)])):
            return entered
        self._check_can_weigh()
        lot = lot or self.env["stock.lot"]
        unit._check_converts_to(move.product_id)
        amount = move._get_weighable(quantity, unit)
        options = move._get_lot_options()
        move._check_lot_to_weigh(lot, amount, options)
        if self.floor_state != "running":
            self._floor_start()
        values = {
            **move._prepare_weighing(amount, unit, lot),
            "is_last": is_last,
            "is_scanned": is_scanned,
            "token": token,
        }
        return self._enter_weighing(move, values, options, reason)

    def _enter_weighing(self, move, values, options, reason):
        """Enter a weighing with its deviations, and let the move lines follow."""
        lot = self.env["stock.lot"].browse(values["lot_id"])
        deviations = move._get_deviations(values, options)
        for deviation in deviations:
            self._log_deviation(reason=reason, **deviation)
        kinds = {deviation["kind"] for deviation in deviations}
        amount = exact(values["product_qty"])
        passed = move._get_older_lot(lot, amount, options) if "lot" in kinds else lot.browse()
        # The batch record is written by what people do, never by hand.
        weighings = self.env["mrp.production.weighing"].sudo()
        weighing = weighings.create(
            {**values, "is_explained": "quantity" in kinds, "passed_lot_id": passed.id}
        )
        move.invalidate_recordset(["weighing_ids"])
        move._book_weighings()
        return weighing.sudo(False)

    # ---------------------------------------------------------------------- closing
    def _button_mark_done_sanity_checks(self):
        """Whichever way a run is closed, its checks are answered, its ingredients weighed."""
        self._check_floor_complete()
        return super()._button_mark_done_sanity_checks()

    def _check_floor_complete(self):
        for run in self:
            missing = run.check_ids.filtered(lambda c: c.mandatory and c.result == "open")
            names = missing.mapped("name")
            if run.floor_state in ON_THE_FLOOR:
                names += [
                    move.product_id.display_name
                    for move in run.floor_move_ids
                    if move.weighing_state != "done"
                ]
            if names:
                raise UserError(
                    self.env._(
                        "%(run)s cannot be finished yet. Still open:\n%(names)s",
                        run=run.name,
                        names="\n".join(f"– {name}" for name in names),
                    )
                )

    def _post_inventory(self, cancel_backorder=False):
        self.move_raw_ids._check_weighings_booked()
        return super()._post_inventory(cancel_backorder=cancel_backorder)

    def button_mark_done(self):
        res = super().button_mark_done()
        closed = self.filtered(lambda run: run.state == "done" and not run.batch_record_state)
        if closed:
            closed._log_event("finish")
            # The state of the record is no field for the clerk.
            closed.sudo().write({"batch_record_state": "to_release", "floor_state": "finished"})
        return res

    def action_open_finish(self):
        self.ensure_one()
        self.check_access("write")
        self._check_can_weigh()
        self._check_floor_complete()
        wizard = self.env["mrp.floor.finish"].create(
            {"production_id": self.id, "quantity": self.product_qty - self.qty_produced}
        )
        return wizard._get_action()

    def _floor_finish(self, quantity, backorder=False, reason=None):
        """Close the run with what it has made.

        :param quantity: good output, in the unit of the run
        :param backorder: make the rest in another run
        :return: what core returns for the closing
        """
        self.ensure_one()
        self._lock_for_entry()
        self._check_can_weigh()
        self._check_floor_complete()
        self._check_yield(quantity, backorder, reason)
        if self.product_tracking == "lot" and not self.lot_producing_ids:
            self.action_generate_serial()
        unused = self.move_raw_ids.filtered(
            lambda move: move.weighing_ids and not any(move.weighing_ids.mapped("quantity"))
        )
        unused.with_context(no_procurement=True).product_uom_qty = 0
        self.qty_producing = quantity
        self._set_qty_producing(False)
        context = {"skip_consumption": True, "skip_backorder": True, "skip_expired": True}
        if backorder:
            context["mo_ids_to_backorder"] = self.ids
        return self.with_context(**context).button_mark_done()

    def _split_productions(self, amounts=False, cancel_remaining_qty=False, set_consumed_qty=False):
        self.check_access("write")
        # Core copies the accounting entries of the run, which an operator need not see.
        productions = super(MrpProduction, self.sudo())._split_productions(
            amounts=amounts,
            cancel_remaining_qty=cancel_remaining_qty,
            set_consumed_qty=set_consumed_qty,
        )
        return productions.sudo(self.env.su)

    def _check_yield(self, quantity, backorder, reason):
        if self.product_uom_id.compare(quantity, 0) <= 0:
            raise UserError(self.env._("Enter how much was produced."))
        planned = Target(exact(self.product_qty), exact(self.company_id.yield_tolerance_percent))
        made = exact(quantity)
        if planned.judge(made) is Judgement.WITHIN or (backorder and made < planned.quantity):
            return
        text = self.product_uom_id._get_quantity_text
        self._log_deviation(
            "yield",
            reason,
            self.env._(
                "Produced %(made)s instead of %(planned)s",
                made=text(quantity),
                planned=text(self.product_qty),
            ),
            product_id=self.product_id.id,
            target=self.product_qty,
            actual=quantity,
            percent=float(planned.deviation_percent(made)),
            uom_id=self.product_uom_id.id,
        )

    def action_print_output_labels(self):
        """Labels of the lots the run has made, or core's for what has no lot."""
        self.ensure_one()
        if self.lot_producing_ids:
            return self.lot_producing_ids.action_print_labels()
        return self.action_open_label_type()

    # --------------------------------------------------------------------- scanning
    def action_scan(self, barcode):
        """Open the scale for the scanned lot or product.

        A lot that is no ingredient of the run is refused: nothing is replaced silently.

        :return: an action
        """
        self.ensure_one()
        lot, product = self._find_scanned(barcode)
        moves = self.floor_move_ids.filtered(lambda move: move.product_id == product)
        if not moves:
            name = lot.display_name or product.display_name
            if not name:
                raise UserError(self.env._("Nothing is known by the code %s.", barcode))
            raise UserError(
                self.env._(
                    "%(name)s is %(product)s, which is no ingredient of this run. Whoever plans "
                    "the run can replace an ingredient.",
                    name=name,
                    product=product.display_name,
                )
            )
        unfinished = moves.filtered(lambda move: move.weighing_state != "done")
        return (unfinished or moves)[0]._get_weighing_action(lot, scanned=True)

    def _find_scanned(self, barcode):
        """The lot and the product behind a code: our lot number, the supplier's, the code of a
        product, or a GS1 code with any of them.

        Lots of the run's own ingredients come first: numbers of suppliers are not unique.
        """
        barcode = barcode.strip()
        numbers, products = [barcode], self.env["product.product"]
        nomenclature = self.env.ref("barcodes_gs1_nomenclature.default_gs1_nomenclature")
        for part in nomenclature.gs1_decompose_extended(barcode) or []:
            if part["type"] == "lot":
                numbers.append(part["value"])
            elif part["type"] == "product":
                products |= self._find_product(part["value"])
        lots = self._find_lots(numbers)
        own = lots.filtered(
            lambda lot: lot.product_id in (products or self.move_raw_ids.product_id)
        )
        lot = (own or lots)[:1]
        return lot, lot.product_id or products[:1] or self._find_product(barcode)

    def _find_product(self, code):
        return self.env["product.product"].search(
            [("barcode", "in", {code, code.lstrip("0")}), ("barcode", "!=", False)], limit=1
        )

    def _find_lots(self, numbers):
        lots = self.env["stock.lot"]
        domain = [("company_id", "in", (False, self.company_id.id))]
        return lots.search([*domain, ("name", "in", numbers)]) or lots.search(
            [*domain, ("supplier_lot", "in", numbers)]
        )

    def _get_reason_action(self, name, purpose, **values):
        wizard = self.env["mrp.floor.reason"].create(
            {"production_id": self.id, "purpose": purpose, **values}
        )
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "mrp.floor.reason",
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
