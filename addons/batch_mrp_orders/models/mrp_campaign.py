# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

DAYS_AHEAD = 7
DRAFT_HOURS = 24


class MrpCampaign(models.Model):
    """The runs of a work center in a new order, with the cleaning between them.

    A draft is a preview and forgotten after a day. An applied campaign keeps how it was before.
    """

    _name = "mrp.campaign"
    _description = "Campaign"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one(related="workcenter_id.company_id", store=True, index=True)
    workcenter_id = fields.Many2one(
        "mrp.workcenter", "Work Center", required=True, check_company=True, index=True
    )
    date_begin = fields.Datetime(
        "Begin",
        required=True,
        help="The first run begins no earlier. Runs planned before stay where they are, "
        "except those that should have begun already.",
    )
    date_until = fields.Datetime(
        "Runs Until", required=True, help="Runs planned to begin later stay where they are."
    )
    state = fields.Selection(
        [("draft", "Preview"), ("applied", "Applied"), ("undone", "Undone")],
        default="draft",
        required=True,
        readonly=True,
    )
    line_ids = fields.One2many("mrp.campaign.line", "campaign_id", "Rows", readonly=True)
    digest = fields.Char(readonly=True, help="Differs when what the proposal is made of differs.")
    is_best = fields.Boolean("Proven Best", readonly=True)
    bound_cleaning = fields.Integer("Least Cleaning (min)", readonly=True)
    bound_late = fields.Float("Least Lateness", readonly=True)
    obstacle = fields.Char(readonly=True)
    applied_on = fields.Datetime(readonly=True)
    applied_by_id = fields.Many2one("res.users", readonly=True)
    undo_note = fields.Text("Not Undone", readonly=True)
    run_count = fields.Integer("Runs", compute="_compute_totals")
    old_cleaning = fields.Integer("Cleaning Before (min)", compute="_compute_totals")
    new_cleaning = fields.Integer("Cleaning (min)", compute="_compute_totals")
    saved_cleaning = fields.Integer("Cleaning Saved (min)", compute="_compute_totals")
    old_late = fields.Float("Lateness Before", compute="_compute_totals")
    new_late = fields.Float("Lateness", compute="_compute_totals")
    verdict = fields.Char(compute="_compute_verdict")

    _dates = models.Constraint(
        "CHECK (date_begin <= date_until)", "The campaign must not end before it begins."
    )

    @api.depends("workcenter_id.name", "date_begin")
    def _compute_display_name(self):
        for campaign in self:
            begin = campaign.date_begin
            day = format_date(self.env, fields.Datetime.context_timestamp(campaign, begin))
            campaign.display_name = f"{campaign.workcenter_id.name} {day}"

    @api.depends("line_ids")
    def _compute_totals(self):
        for campaign in self:
            lines = campaign.line_ids
            campaign.run_count = len(lines.filtered(lambda line: line.kind == "run"))
            for name in ("old_cleaning", "new_cleaning", "old_late", "new_late"):
                campaign[name] = sum(lines.mapped(name))
            campaign.saved_cleaning = campaign.old_cleaning - campaign.new_cleaning

    @api.depends("is_best", "new_cleaning", "new_late", "bound_cleaning", "bound_late")
    def _compute_verdict(self):
        for campaign in self:
            if campaign.is_best:
                campaign.verdict = self.env._("Proven: no other order is better.")
                continue
            over = campaign.new_cleaning - campaign.bound_cleaning
            late = campaign.new_late - campaign.bound_late
            campaign.verdict = self.env._(
                "Not proven best. At most %(minutes)d min of cleaning and %(hours).1f h of "
                "lateness could still be saved.",
                minutes=max(over, 0),
                hours=max(late, 0),
            )

    # ------------------------------------------------------------------- preview
    @api.model
    def _open_for(self, workcenter, work_orders=None):
        """A preview for ``workcenter``: of its next days, or of what ``work_orders`` span."""
        workcenter.ensure_one()
        now = fields.Datetime.now()
        works = work_orders or self.env["mrp.workorder"].search(
            self._get_open_domain(workcenter), order="date_start", limit=1
        )
        starts = works.filtered("date_start").mapped("date_start")
        now = now.replace(second=0, microsecond=0)
        begin = max(now, min(starts, default=now))
        until = begin + timedelta(days=DAYS_AHEAD)
        if work_orders and starts:
            until = max(begin, *starts)
        campaign = self.create(
            {"workcenter_id": workcenter.id, "date_begin": begin, "date_until": until}
        )
        campaign.action_propose()
        return campaign._reopen()

    @api.model
    def _get_open_domain(self, workcenter):
        """Planned work orders that have not begun."""
        return [
            ("workcenter_id", "=", workcenter.id),
            ("state", "in", ("blocked", "ready")),
            ("production_id.state", "in", ("confirmed", "progress", "to_close")),
            ("leave_id", "!=", False),
        ]

    def action_propose(self):
        """Compute the preview anew from what is planned at this moment."""
        for campaign in self:
            campaign._check_state("draft")
            campaign.line_ids.unlink()
            campaign._propose()
        return self._reopen()

    def action_apply(self):
        """Give the runs the dates and cleanings of the preview, if it still holds."""
        self.ensure_one()
        self._lock_planning()
        self._check_state("draft")
        if self.obstacle:
            raise UserError(self.obstacle)
        if self.digest != self._load()._get_digest():
            raise UserError(
                self.env._(
                    "What is planned on %s has changed since this preview was made. Propose again.",
                    self.workcenter_id.name,
                )
            )
        self.line_ids._move("new")
        self.write(
            {
                "state": "applied",
                "applied_on": fields.Datetime.now(),
                "applied_by_id": self.env.uid,
            }
        )
        return True

    def action_undo(self):
        """Give back the dates they had to the runs that nobody has changed since."""
        self.ensure_one()
        self._lock_planning()
        self._check_state("applied")
        lines, refused = self.line_ids._get_undoable()
        lines._move("old")
        notes = [f"{line.production_id.name}: {why}" for line, why in refused.items()]
        self.write({"state": "undone", "undo_note": "\n".join(notes)})
        return True

    def _check_state(self, state):
        if self.state != state:
            raise UserError(self.env._("Somebody has applied or undone this campaign already."))

    def _lock_planning(self):
        """One planner at a time; who comes second begins anew and sees what the first did."""
        self.env["stock.picking.type"].search(
            [("company_id", "=", self.company_id.id), ("code", "=", "mrp_operation")], limit=1
        )._lock_planning()
        self.invalidate_recordset(["state"])

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Order the Campaign"),
            "res_model": self._name,
            "res_id": self[:1].id,
            "view_mode": "form",
        }

    @api.autovacuum
    def _gc_drafts(self):
        limit = fields.Datetime.now() - timedelta(hours=DRAFT_HOURS)
        self.search([("state", "=", "draft"), ("create_date", "<", limit)]).unlink()


class MrpWorkcenter(models.Model):
    _inherit = "mrp.workcenter"

    def action_order_campaign(self):
        return self.env["mrp.campaign"]._open_for(self)


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    def action_order_campaign(self):
        """Order the campaign of the one work center that these are planned on."""
        works = self.filtered(lambda work: work.leave_id and work.state in ("blocked", "ready"))
        if len(works.workcenter_id) != 1:
            raise UserError(
                self.env._("Choose planned work orders of one work center that have not begun.")
            )
        return self.env["mrp.campaign"]._open_for(works.workcenter_id, works)


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def action_order_campaign(self):
        """Order the campaign of the work center that most of these runs need."""
        works = self.workorder_ids.filtered(
            lambda work: work.leave_id and work.state in ("blocked", "ready")
        )
        groups = works.grouped("workcenter_id")
        if not groups:
            raise UserError(self.env._("None of these runs is planned and waits to begin."))
        # A place with cleaning rules of its own before others.
        rules = self.env["mrp.cleaning.rule"]
        places = rules.search([("workcenter_id", "in", works.workcenter_id.ids)]).workcenter_id
        chosen = max(groups, key=lambda place: (place in places, len(groups[place]), -place.id))
        return self.env["mrp.campaign"]._open_for(chosen, groups[chosen])
