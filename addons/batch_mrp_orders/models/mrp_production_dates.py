# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_date

from ..planning.best_before import IngredientLot, earliest, expiry_of
from .stock_lot_dates import COMPUTED_ORIGINS


class MrpProduction(models.Model):
    """A run dates the lots it makes: by its day, its recipe and the lots that go into it."""

    _inherit = "mrp.production"

    production_date = fields.Date(
        copy=False,
        tracking=True,
        help="Day on which the goods are made; their shelf life counts from it. Left empty, it "
        "is the day on which the run is finished. Enter it where a run is recorded later.",
    )
    expiry_date = fields.Date(
        "Expires On",
        compute="_compute_expiry",
        help="From the production date, the shelf life of the recipe and, where the recipe says "
        "so, the lots of its ingredients.",
    )
    expiry_limited_by_id = fields.Many2one(
        "stock.lot",
        "Limited By",
        compute="_compute_expiry",
        help="The ingredient because of which the goods expire before the shelf life of the "
        "recipe ends.",
    )

    @api.depends("production_date", "product_id", "bom_id", "lot_producing_ids", "state")
    def _compute_expiry(self):
        dated = self.filtered("product_id.use_expiration_date")
        expiries = dated._get_expiries()
        for production in self:
            expiry = expiries.get((production.id, production.product_id.id))
            production.expiry_date = expiry and expiry.day
            production.expiry_limited_by_id = expiry and expiry.limited_by

    # -------------------------------------------------------------------- facts
    def _get_production_day(self):
        """The day on which the goods are made.

        It is the entered one, else that of the last work order of a finished run, else that
        of its end. Until then it is today: the goods will not be older than their label says.
        """
        self.ensure_one()
        if self.production_date:
            return self.production_date
        moment = fields.Datetime.now()
        if ends := [
            order.date_finished
            for order in self.workorder_ids
            if order.state == "done" and order.date_finished
        ]:
            moment = min(moment, max(ends))
        elif self.state == "done" and self.date_finished:
            moment = self.date_finished
        return self.company_id._get_local_day(moment)

    def _get_ingredient_lots(self, picked_only=False):
        """Lots with an expiry that go into each run, as far as its recipe cares for them.

        :param picked_only: leave out what is reserved, but not taken: the run is being closed
        """
        lots = defaultdict(list)
        for move in self.move_raw_ids:
            if move.state == "cancel" or (move.bom_line_id and not move.bom_line_id.limits_expiry):
                continue
            if picked_only and not (move.picked or move.state == "done"):
                continue
            for line in move.move_line_ids:
                lot = line.lot_id
                if lot.expiration_date and line.quantity > 0:
                    lots[move.raw_material_production_id.id].append(
                        IngredientLot(lot.id, lot.expiration_date.date())
                    )
        return lots

    def _get_expiries(self, picked_only=False):
        """Expiry by (run id, product id) of all goods these runs make."""
        # Whoever sees or closes a run, its dates are the same.
        ingredients = self.sudo()._get_ingredient_lots(picked_only)
        expiries = {}
        for production in self.sudo():
            day = production._get_production_day()
            for product in production.product_id | production.move_finished_ids.product_id:
                if product.use_expiration_date:
                    life = production.bom_id._get_shelf_life(product)
                    own = [
                        lot
                        for lot in ingredients[production.id]
                        if lot.lot not in production.lot_producing_ids.ids
                    ]
                    expiries[production.id, product.id] = expiry_of(day, life, own)
        return expiries

    def _get_made_lots(self):
        """Lots each run makes: those of its product and of its by-products."""
        return {
            production: production.lot_producing_ids
            | production.move_finished_ids.move_line_ids.lot_id
            for production in self
        }

    # ------------------------------------------------------------------- dating
    def _update_lot_dates(self, picked_only=False):
        """Date the lots of these runs, except where a person has done it.

        A lot that several runs make has the day and the expiry of its oldest goods.
        """
        # Lots are dated by what happened, not by the rights of whoever recorded it.
        runs = self.sudo()
        lots = self.env["stock.lot"].sudo().union(*runs._get_made_lots().values())
        if not lots:
            return
        runs |= lots._get_runs()
        expiries = runs._get_expiries(picked_only)
        made_by = defaultdict(list)
        for run, made in runs._get_made_lots().items():
            for lot in made:
                made_by[lot].append(run)
        changes = {
            lot: values
            for lot in lots  # their facts are read together
            if (values := self._get_new_dates(lot, made_by[lot], expiries))
        }
        if changes:
            self._write_lot_dates(changes, made_by)

    @api.model
    def _get_new_dates(self, lot, runs, expiries):
        """Values that ``runs`` change on ``lot``; none where nothing changes."""
        values = {}
        day = min(run._get_production_day() for run in runs)
        if lot.production_date != day:
            values["production_date"] = day
        if lot.expiry_origin not in COMPUTED_ORIGINS:
            return values
        known = (expiries.get((run.id, lot.product_id.id)) for run in runs)
        expiry = earliest(expiry for expiry in known if expiry)
        if not expiry:
            return values
        dates = lot._get_dates_at(expiry.day)
        if lot.expiration_date != dates["expiration_date"]:
            values.update(dates, expiry_origin="run")
        if lot.expiry_limited_by_id.id != (expiry.limited_by or False):
            values["expiry_limited_by_id"] = expiry.limited_by
        return values

    @api.model
    def _write_lot_dates(self, changes, made_by):
        """Where goods have left nothing moves: a note says what would."""
        left = self.env["stock.lot"].union(*changes)._get_left()
        for lot, values in changes.items():
            if lot in left:
                for run in made_by[lot]:
                    run._note_kept_dates(lot, values)
                values = (
                    {} if lot.production_date else {"production_date": values["production_date"]}
                )
            if values:
                # Dates that follow from the run need no line in the lot's log.
                lot.with_context(mail_notrack=True).write(values)

    def _note_kept_dates(self, lot, values):
        """Say on the run what its changes would have moved."""
        if not any(lot[name] and name in values for name in ("expiration_date", "production_date")):
            return
        shown = {
            name: format_date(self.env, value) if value else "–"
            for name, value in (
                ("made", lot.production_date),
                ("expires", lot.expiration_date),
                ("new_made", values.get("production_date", lot.production_date)),
                ("new_expires", values.get("expiration_date", lot.expiration_date)),
            )
        }
        self.message_post(
            body=self.env._(
                "Goods of lot %(lot)s have left. It keeps its production date (%(made)s) and its "
                "expiry (%(expires)s); by this run they would be %(new_made)s and "
                "%(new_expires)s.",
                lot=lot.name,
                **shown,
            )
        )

    # ------------------------------------------------------------------- events
    @api.model_create_multi
    def create(self, vals_list):
        productions = super().create(vals_list)
        if any(vals.get("lot_producing_ids") for vals in vals_list):
            productions._update_lot_dates()
        return productions

    def write(self, vals):
        corrected = self.browse()
        if vals.get("date_finished") and not {"state", "production_date"} & vals.keys():
            corrected = self.filtered(lambda run: run.state == "done")
        res = super().write(vals)
        for run in corrected:
            run.production_date = run.company_id._get_local_day(run.date_finished)
        dating = {"lot_producing_ids", "production_date"} & vals.keys()
        if dating and not self.env.context.get("keep_lot_dates"):
            self._update_lot_dates()
        return res

    def _post_inventory(self, cancel_backorder=False):
        """The lots have their dates before anybody reserves them."""
        undated = self.filtered(lambda run: not run.production_date)
        for day, runs in undated.grouped(lambda run: run._get_production_day()).items():
            # All of them are dated below.
            runs.with_context(mail_notrack=True, keep_lot_dates=True).production_date = day
        self._update_lot_dates(picked_only=True)
        res = super()._post_inventory(cancel_backorder=cancel_backorder)
        self._get_undated_runs().difference_update(self.ids)
        return res

    # Ingredients change line by line, many in one transaction: their runs are dated at its
    # end.
    @api.model
    def _get_undated_runs(self):
        return self.env.cr.precommit.data.setdefault("batch_mrp_orders.undated_runs", set())

    def _update_lot_dates_later(self):
        undated = self._get_undated_runs()
        if self and not undated:
            # At the end of the transaction nobody's rights matter.
            self.env.cr.precommit.add(self.sudo().browse()._update_undated_runs)
        undated.update(self.ids)

    @api.model
    def _update_undated_runs(self):
        runs = self.browse(self._get_undated_runs()).exists()
        self._get_undated_runs().clear()
        runs.filtered("lot_producing_ids")._update_lot_dates()
        self.env.flush_all()
