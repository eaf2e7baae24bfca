# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import math
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

QUALITY_GROUP = "batch_mrp_orders.group_quality"
STATES = [
    ("draft", "Draft"),
    ("active", "Active"),
    ("closed", "Closed"),
    ("cancelled", "Undone"),
]
KINDS = [
    ("recall", "Recall (goods have reached consumers)"),
    ("withdrawal", "Withdrawal (goods have not reached consumers)"),
]
ORIGINS = [
    ("lot", "Lots"),
    ("supplier_lot", "Supplier's Lot Number"),
    ("run", "Production Run"),
    ("complaint", "Complaint"),
]


class StockRecall(models.Model):
    """Goods that must come back: what is affected, where it is, who was told.

    A draft only looks. Once active, its lots are blocked, and what was found is kept as the
    record of what was known when: a later look only adds. A rehearsal writes nothing but
    its own record.
    """

    _name = "stock.recall"
    _description = "Recall"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", tracking=True)
    kind = fields.Selection(KINDS, "Measure", required=True, default="recall", tracking=True)
    rehearsal = fields.Boolean(
        tracking=True,
        help="A drill: it finds what a recall would find and takes the time, but blocks nothing "
        "and writes to nobody.",
    )
    origin = fields.Selection(ORIGINS, "Started From", required=True, default="lot")
    reason = fields.Char(
        tracking=True, help="What is wrong, in a few words. It becomes the reason of the blocks."
    )
    description = fields.Text(help="What was found out, by whom, and what the hazard is.")
    instruction = fields.Text(
        "What Customers Shall Do", help="Stands in the notification, as it is written here."
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        tracking=True,
        domain=lambda self: [("all_group_ids", "in", self.env.ref(QUALITY_GROUP).ids)],
    )
    lot_ids = fields.Many2many(
        "stock.lot",
        "stock_recall_root_lot_rel",
        "recall_id",
        "lot_id",
        "Suspicious Lots",
        check_company=True,
        help="Everything that was made from these lots is affected, too.",
    )
    supplier_lot = fields.Char(
        "Supplier's Lot Number",
        readonly=True,
        help="Lots that arrive later under this number are added.",
    )
    production_id = fields.Many2one(
        "mrp.production", "Production Run", readonly=True, check_company=True
    )
    complaint_partner_id = fields.Many2one("res.partner", "Complaint Of", check_company=True)
    complaint_order_id = fields.Many2one("sale.order", "Complaint About", check_company=True)

    authority_id = fields.Many2one(
        "res.partner",
        help="The authority that is to be informed, with whom to speak there.",
        default=lambda self: self._get_last_authority(),
    )
    authority_informed_on = fields.Datetime(tracking=True)
    authority_reference = fields.Char("Authority's File Number", tracking=True)

    started_on = fields.Datetime(readonly=True, copy=False, default=fields.Datetime.now)
    listed_on = fields.Datetime("Customers Listed On", readonly=True, copy=False)
    listing_seconds = fields.Float(
        readonly=True, copy=False, help="From the start to the list of the customers."
    )
    listing_duration = fields.Char(
        "Time to the Customer List",
        compute="_compute_listing_duration",
        help="From the start, that is from the opening of the search, to the list of the "
        "customers.",
    )
    gap_note = fields.Text(
        "Gaps", readonly=True, copy=False, help="Where goods without lots end the trail."
    )
    refreshed_on = fields.Datetime("Last Look", readonly=True, copy=False)
    activated_on = fields.Datetime(readonly=True, copy=False)
    activated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    conclusion = fields.Text(help="The cause, what was done with the goods, what changes.")

    line_ids = fields.One2many("stock.recall.lot", "recall_id", "Affected Lots", readonly=True)
    holding_ids = fields.One2many("stock.recall.holding", "recall_id", "Where It Is", readonly=True)
    shipment_ids = fields.One2many("stock.recall.shipment", "recall_id", "Shipments", readonly=True)
    customer_ids = fields.One2many("stock.recall.customer", "recall_id", "Customers")

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "The number of a recall is unique in a company."
    )

    @api.model
    def _get_last_authority(self):
        last = self.search(
            [("company_id", "=", self.env.company.id), ("authority_id", "!=", False)], limit=1
        )
        return last.authority_id

    @api.depends("listing_seconds", "listed_on")
    def _compute_listing_duration(self):
        for recall in self:
            minutes, seconds = divmod(math.ceil(recall.listing_seconds), 60)
            text = self.env._("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=seconds)
            recall.listing_duration = text if recall.listed_on else False

    @api.depends("name", "rehearsal")
    def _compute_display_name(self):
        for recall in self:
            name = recall.name
            recall.display_name = self.env._("%s (rehearsal)", name) if recall.rehearsal else name

    # ------------------------------------------------------------------- life
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"].with_company(company).next_by_code("stock.recall")
                    or "/"
                )
        recalls = super().create(vals_list)
        recalls._look()
        return recalls

    def write(self, vals):
        fixed = {"lot_ids", "rehearsal"} & set(vals)
        # The recall itself adds lots that arrive later.
        if fixed and not self.env.su and any(recall.state != "draft" for recall in self):
            raise UserError(
                self.env._("The suspicious lots of a recall are chosen while it is a draft.")
            )
        res = super().write(vals)
        if "lot_ids" in vals:
            self.filtered(lambda recall: recall.state == "draft")._look()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_record(self):
        if any(recall.state != "draft" for recall in self):
            raise UserError(self.env._("Recalls are kept as evidence. Only drafts are deleted."))

    def action_activate(self):
        """Begin: from here on what was found is kept, and unless it is a rehearsal blocked."""
        self.check_access("write")
        for recall in self:
            recall._check_may_begin()
            recall._look()
            recall.write(
                {
                    "state": "active",
                    "activated_on": fields.Datetime.now(),
                    "activated_by_id": self.env.uid,
                }
            )
        self._block_lots()
        self._look_again_soon()
        return True

    def _check_may_begin(self):
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%s has begun already.", self.display_name))
        if not self.lot_ids:
            raise UserError(self.env._("Choose the suspicious lots first."))
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why these goods are recalled."))

    def action_refresh(self):
        """Look again; what was found before stays."""
        self.check_access("write")
        open_ones = self.filtered(lambda recall: recall.state in ("draft", "active"))
        open_ones._look()
        open_ones.filtered(lambda recall: recall.state == "active")._block_lots()
        return True

    def action_close(self):
        """The end: everything was looked at once more, the blocks stay."""
        self.check_access("write")
        for recall in self:
            if recall.state != "active":
                raise UserError(self.env._("Only an active recall can be closed."))
            waiting = recall.customer_ids._get_uninformed()
            if waiting and not recall.rehearsal:
                raise UserError(
                    self.env._(
                        "These customers have not been informed yet: %s",
                        ", ".join(waiting.mapped("name")),
                    )
                )
        self.action_refresh()
        self.write(
            {
                "state": "closed",
                "closed_on": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
            }
        )
        for recall in self:
            recall._keep_customer_list()
        return True

    def action_cancel(self):
        """It was a false alarm: the blocks of this recall are lifted, and no others."""
        self.check_access("write")
        if any(recall.state not in ("draft", "active") for recall in self):
            raise UserError(self.env._("A closed recall stays as it is."))
        active = self.filtered(lambda recall: recall.state == "active")
        self.write(
            {
                "state": "cancelled",
                "closed_on": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
            }
        )
        active._lift_blocks()
        return True

    def _stop_clock(self):
        """The list of the customers is there; only the first time counts."""
        self.ensure_one()
        if self.listed_on or not self.line_ids:
            return
        # Stored moments have no fractions of seconds, so the result is too long if anything.
        self.listing_seconds = (datetime.now() - self.started_on).total_seconds()
        self.listed_on = fields.Datetime.now()
