# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_date

STATES = [
    ("draft", "Draft"),
    ("checked", "Checked"),
    ("exported", "Exported"),
    ("handed_over", "Handed Over"),
    ("withdrawn", "Withdrawn"),
]
NEW = ("state", "draft")
# What a pass or a step of an export finds out; written by these alone.
RESULTS = frozenset(
    {
        "state",
        "finding_ids",
        "proof_line_ids",
        "entry_ids",
        "attachment_ids",
        "sha256",
        "proven",
        "exported_by_id",
        "exported_on",
        "handed_over_on",
        "withdraw_reason",
        "move_count",
        "row_count",
        "left_out_count",
        "earlier_count",
        "period_count",
        "gross_count",
        "plain_count",
        "fallback_count",
        "repaired_count",
        "foreign_count",
    }
)


class DatevExport(models.Model):
    _name = "datev.export"
    _description = "DATEV Export"
    _inherit = ["mail.thread", "mail.activity.mixin", "datev.briefing"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._last_month()[0]
    )
    date_to = fields.Date(string="To", required=True, default=lambda self: self._last_month()[1])
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True
    )
    finding_ids = fields.One2many(
        "datev.finding", "export_id", string="Findings", copy=False, readonly=True
    )
    proof_line_ids = fields.One2many(
        "datev.proof.line", "export_id", string="Proof", copy=False, readonly=True
    )
    entry_ids = fields.One2many(
        "datev.export.entry",
        "export_id",
        string="Entries",
        copy=False,
        readonly=True,
        context={"active_test": False},
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files", copy=False, readonly=True)
    sha256 = fields.Char(
        string="SHA-256", copy=False, readonly=True, help="Fingerprint of the exported files."
    )
    proven = fields.Boolean(
        copy=False,
        readonly=True,
        help="The file was read back, taxes expanded as DATEV does, and each account of each "
        "entry equals the ledger to the cent.",
    )
    exported_by_id = fields.Many2one("res.users", copy=False, readonly=True)
    exported_on = fields.Datetime(copy=False, readonly=True)
    handed_over_on = fields.Datetime(copy=False, readonly=True)
    withdraw_reason = fields.Text(copy=False, readonly=True)
    move_count = fields.Integer(string="Entries in the File", copy=False, readonly=True)
    row_count = fields.Integer(string="Rows", copy=False, readonly=True)
    left_out_count = fields.Integer(string="Left Out", copy=False, readonly=True)
    earlier_count = fields.Integer(
        string="In Earlier Exports",
        copy=False,
        readonly=True,
        help="Entries of the period that an earlier export holds.",
    )
    period_count = fields.Integer(
        string="Posted in the Period",
        copy=False,
        readonly=True,
        help="All posted entries of the period: in the file, left out or in an earlier export.",
    )
    gross_count = fields.Integer(string="Gross", copy=False, readonly=True)
    plain_count = fields.Integer(string="Without Tax", copy=False, readonly=True)
    fallback_count = fields.Integer(
        string="With Tax Rows",
        copy=False,
        readonly=True,
        help="Entries whose tax no key explains; exported net with rows of their own for the tax.",
    )
    repaired_count = fields.Integer(
        string="Cent Repairs",
        copy=False,
        readonly=True,
        help="Entries with a row cut in two so that the tax per row adds up to the cent.",
    )
    foreign_count = fields.Integer(
        string="Foreign Currency",
        copy=False,
        readonly=True,
        help="Entries in a foreign currency, exported with amount, rate and EUR amount.",
    )
    blocking_count = fields.Integer(string="Blocking", compute="_compute_finding_counts")
    changed_count = fields.Integer(
        string="Changed after the Export", compute="_compute_finding_counts"
    )
    period_open = fields.Boolean(compute="_compute_period_open")

    _period = models.Constraint(
        "CHECK(date_from <= date_to)", "The period must not end before it begins."
    )

    def _register_hook(self):
        """Refuse a database of another addon of this name, also where nobody updates it."""
        super()._register_hook()
        self.env.cr.execute(SQL("SELECT TO_REGCLASS('datev_export_entry')"))
        if not self.env.cr.fetchone()[0]:
            raise UserError(
                "The addon datev_export that is installed on this database is not the one on the "
                "addons path. Nothing was changed."
            )

    def _last_month(self):
        last = fields.Date.context_today(self).replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for export in self:
            export.display_name = self.env._(
                "DATEV %(first)s – %(last)s",
                first=format_date(self.env, export.date_from),
                last=format_date(self.env, export.date_to),
            )

    @api.depends("finding_ids.severity")
    def _compute_finding_counts(self):
        groups = self.env["datev.finding"]._read_group(
            [("export_id", "in", self.ids)], ["export_id", "severity"], ["__count"]
        )
        counts = {(export.id, severity): count for export, severity, count in groups}
        for export in self:
            export.blocking_count = counts.get((export.id, "blocking"), 0)
            export.changed_count = counts.get((export.id, "changed"), 0)

    @api.depends("date_to", "company_id.fiscalyear_lock_date", "company_id.hard_lock_date")
    def _compute_period_open(self):
        for export in self:
            company = export.company_id
            locks = (company.fiscalyear_lock_date, company.hard_lock_date)
            export.period_open = not any(lock and lock >= export.date_to for lock in locks)

    @api.constrains("date_from", "date_to", "company_id", "state")
    def _check_period(self):
        for export in self:
            if export.date_from.year != export.date_to.year:
                raise ValidationError(
                    self.env._("The period of an export must lie within one calendar year.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_results({k: v for k, v in vals.items() if v and (k, v) != NEW})
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_results(vals)
        if {"date_from", "date_to", "company_id"} & vals.keys():
            self._require_state("draft", "checked")
            return self._store({"state": "draft", "proven": False, **vals})
        return super().write(vals)

    def _refuse_results(self, vals):
        if RESULTS & vals.keys():
            raise UserError(self.env._("What an export found is not entered by hand."))

    def _store(self, vals):
        """Write what only the export itself may, beside the guard on `write`."""
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exported(self):
        self._require_state("draft", "checked")

    def _require_state(self, *states: str) -> None:
        """Raise unless every export is in one of `states`."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for export in self:
            if export.state not in states:
                raise UserError(
                    self.env._(
                        "This is not possible for %(export)s: it is in state “%(state)s”.",
                        export=export.display_name,
                        state=labels[export.state],
                    )
                )

    def _require_manager(self) -> None:
        """Exporting and withdrawing is the accounting manager's."""
        if not self.env.su and not self.env.user.has_group("account.group_account_manager"):
            raise AccessError(
                self.env._("Only an accounting administrator may export, hand over or withdraw.")
            )

    def action_check(self):
        """Do everything but keep the file: findings and proof for the bookkeeper."""
        self._require_state("draft", "checked")
        self.check_access("write")
        for export in self:
            run = export._run(keep=False)
            export._store_result(run, state="checked" if run.exportable else "draft")
        return True

    def action_export(self):
        """Make the files and mark the entries; a blocking finding leaves the export a draft."""
        self._require_manager()
        self._require_state("draft", "checked")
        self.check_access("write")
        for export in self:
            run = export._run(keep=True)
            if not run.exportable:
                export._store_result(run, state="draft")
                continue
            export._mark_entries(run)
            files = export._store_files(run)
            export._store_result(
                run,
                state="exported",
                attachment_ids=[Command.set(files)],
                sha256=run.files.sha256(),
                exported_by_id=self.env.uid,
                exported_on=fields.Datetime.now(),
            )
        return True

    def action_hand_over(self):
        """The advisor has the files."""
        self._require_manager()
        self._require_state("exported")
        self._store({"state": "handed_over", "handed_over_on": fields.Datetime.now()})
        return True

    def action_lock_period(self):
        """Close the books up to the end of the period, as Odoo does: nothing is posted to it."""
        self._require_manager()
        self._require_state("exported", "handed_over")
        for export in self:
            export.company_id.fiscalyear_lock_date = max(
                export.company_id.fiscalyear_lock_date or export.date_to, export.date_to
            )
        return True

    def action_withdraw(self):
        """Ask for the reason."""
        self._require_manager()
        self._require_state("exported", "handed_over")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Withdraw Export"),
            "res_model": "datev.export.withdraw",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_export_id": self.id},
        }

    def _withdraw(self, reason: str) -> None:
        """Free the entries for another export; the files stay as they were."""
        self._require_manager()
        self._require_state("exported", "handed_over")
        if not (reason or "").strip():
            raise UserError(self.env._("Withdrawing an export needs a reason."))
        self.env.flush_all()
        for export in self:
            # Beside the guard on write(): nobody else may take an entry out of an export.
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE datev_export_entry SET active = FALSE WHERE export_id = %(export)s;
                    UPDATE account_move SET datev_export_id = NULL
                    WHERE datev_export_id = %(export)s
                    """,
                    export=export.id,
                )
            )
            export._store({"state": "withdrawn", "withdraw_reason": reason.strip()})
            export.message_post(body=self.env._("Withdrawn: %(reason)s", reason=reason.strip()))
        self.env["account.move"].invalidate_model(["datev_export_id"])
        self.env["datev.export.entry"].invalidate_model(["active"])

    def _files(self):
        """The exported files in the order in which they were made."""
        self.ensure_one()
        return self.attachment_ids.sorted("id")

    def action_download(self):
        """The stored file, byte for byte; several come one by one from the list of files."""
        self.ensure_one()
        self._require_state("exported", "handed_over", "withdrawn")
        if len(self.attachment_ids) != 1:
            raise UserError(
                self.env._("This export has several files. Download them from the list of files.")
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_ids.id}?download=true",
            "target": "self",
        }

    def action_view_entries(self):
        """The exported journal entries."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exported Entries"),
            "res_model": "account.move",
            "views": [(False, "list"), (False, "form")],
            "domain": [("datev_export_id", "=", self.id)],
        }
