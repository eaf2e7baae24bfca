# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..start.reader import read
from ..start.tables import TABLES
from ..start.template import make_template
from .order_hub_import_entry import VERDICTS

# More rows than this are imported in the background.
AT_ONCE = 1000


class OrderHubImport(models.Model):
    """One file with products, partners, recipes or stock, on its way into the database.

    The trial run and the import make the same plan (``_plan_*``): what is there already, what is
    new and what differs. The import makes it anew, so that it never goes by what has changed since.
    """

    _name = "order.hub.import"
    _description = "Import of First Data"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    table = fields.Selection(
        [
            ("products", "Products"),
            ("partners", "Customers and Suppliers"),
            ("recipes", "Recipes"),
            ("lots", "Lots and Stock"),
        ],
        "What Is in It",
        required=True,
        default="products",
    )
    file = fields.Binary(attachment=True, copy=False, help="XLSX or CSV, with headings.")
    filename = fields.Char()
    state = fields.Selection(
        [
            ("new", "New"),
            ("checked", "Checked"),
            ("running", "Running"),
            ("done", "Imported"),
            ("undone", "Taken Back"),
        ],
        required=True,
        readonly=True,
        default="new",
        copy=False,
    )
    overwrite = fields.Boolean(
        "Overwrite What Differs",
        help="Values that are there already and differ from the file are replaced. Otherwise they "
        "stay, and the file fills only what is empty.",
    )
    skip_errors = fields.Boolean(
        "Import Without the Wrong Rows",
        help="Rows with errors are left out. Otherwise nothing is imported while there are any.",
    )
    row_ids = fields.One2many("order.hub.import.row", "import_id", "Rows", readonly=True)
    unknown_headings = fields.Char("Columns Not Read", readonly=True)
    done_on = fields.Datetime("Imported On", readonly=True, copy=False)
    user_id = fields.Many2one("res.users", "Imported By", readonly=True, copy=False)
    create_count = fields.Integer("New", compute="_compute_counts")
    change_count = fields.Integer("Changed", compute="_compute_counts")
    same_count = fields.Integer("As It Is", compute="_compute_counts")
    conflict_count = fields.Integer("Different", compute="_compute_counts")
    error_count = fields.Integer("Errors", compute="_compute_counts")

    @api.depends("filename", "table")
    def _compute_name(self):
        labels = dict(self._fields["table"]._description_selection(self.env))
        for record in self:
            record.name = record.filename or labels.get(record.table)

    @api.depends("row_ids.verdict")
    def _compute_counts(self):
        counts = {
            (record.id, verdict): count
            for record, verdict, count in self.env["order.hub.import.row"]._read_group(
                [("import_id", "in", self.ids)], ["import_id", "verdict"], ["__count"]
            )
        }
        for record in self:
            for verdict, _label in VERDICTS:
                record[f"{verdict}_count"] = counts.get((record.id, verdict), 0)

    def write(self, vals):
        if "file" in vals or "table" in vals:
            if any(record.state in ("running", "done") for record in self):
                raise UserError(self.env._("This file is imported. Upload another one."))
            # What was found in another file says nothing.
            self.row_ids.unlink()
            vals = {**vals, "state": "new", "unknown_headings": False}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(record.state in ("running", "done") for record in self):
            raise UserError(
                self.env._("What is imported stays in the list, so that it can be taken back.")
            )

    # ---------------------------------------------------------------- template
    def action_template(self):
        """Download the empty spreadsheet with an example row, notes and drop-downs."""
        self.ensure_one()
        table = TABLES[self.table]
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{table.title}.xlsx",
                "raw": make_template(table),
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    # ------------------------------------------------------------------- check
    def action_check(self):
        """Trial run: say what the import would do, and everything that is wrong."""
        self.ensure_one()
        self._check_state("new", "checked")
        self._show(self._get_plan())
        self.state = "checked"
        return True

    def _check_state(self, *states):
        if self.state not in states:
            raise UserError(self.env._("This file is imported already, or taken back."))

    def _get_plan(self):
        """The entries of all rows, those that cannot be read first."""
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        result = read(base64.b64decode(self.file), TABLES[self.table])
        self.unknown_headings = ", ".join(result.unknown) or False
        problems = [self._make_entry_of_problem(problem) for problem in result.problems]
        company = self.with_company(self.company_id)
        return problems + getattr(company, f"_plan_{self.table}")(result.rows)

    def _show(self, entries):
        """Write down what a plan says, or what has become of it."""
        self.row_ids.unlink()
        self.env["order.hub.import.row"].create(
            [entry.prepare_row(self, self.overwrite) for entry in entries]
        )

    # ------------------------------------------------------------------ import
    def action_import(self):
        """Import: at once, or in the background where that takes long."""
        self.ensure_one()
        self._check_state("new", "checked")
        self.lock_for_update()
        if self.state == "new":
            self.action_check()
        if self.error_count and not self.skip_errors:
            raise UserError(
                self.env._(
                    "%s rows are wrong. Correct the file and upload it again, or let the import "
                    "leave them out.",
                    self.error_count,
                )
            )
        if len(self.row_ids) > AT_ONCE:
            self.state = "running"
            self.with_delay(
                channel="root.order_hub_import",
                description=self.name,
                identity_key=self._get_job_key(),
            )._job_import()
        else:
            self._import()
        return True

    def _get_job_key(self):
        return f"order_hub_import:{self.id}"

    def action_stop_waiting(self):
        """Go back to the trial run where the job has failed or somebody has taken it away."""
        self.ensure_one()
        # sudo: jobs are for their managers; here it only matters whether there is one
        waiting = (
            self.env["queue.job"]
            .sudo()
            .search_count(
                [
                    ("identity_key", "=", self._get_job_key()),
                    ("state", "not in", ("done", "cancelled", "failed")),
                ],
                limit=1,
            )
        )
        if waiting:
            raise UserError(self.env._("The import is still running."))
        if self.state == "running":
            self.state = "checked"

    def _job_import(self):
        """Safe to repeat: all of it is one transaction."""
        self.lock_for_update()
        if self.state == "running":
            self._import()

    @api.model
    def _take_turn(self):
        """One import at a time: whoever comes second waits, and then begins again, so that it
        sees what the first has brought and does not bring it twice.
        """
        self.env.execute_query(
            SQL(
                "UPDATE order_hub_start_step SET write_date = now() AT TIME ZONE 'UTC'"
                " WHERE code = 'products' RETURNING id"
            )
        )

    def _import(self):
        self._take_turn()
        record = self.with_company(self.company_id)
        entries = record._get_plan()
        with self.env.cr.savepoint() as savepoint:
            record._apply([entry for entry in entries if not entry.error])
            refused = not self.skip_errors and any(entry.error for entry in entries)
            if refused:
                savepoint.rollback()
                for entry in entries:
                    entry.forget()
        self._show(entries)
        if refused:  # the trial run could not know of these errors
            self.state = "checked"
            return
        self.write({"state": "done", "done_on": fields.Datetime.now(), "user_id": self.env.uid})

    # -------------------------------------------------------------------- undo
    def action_undo(self):
        """Take back what nobody has used yet; what is in use stays and is named."""
        self.ensure_one()
        self._check_state("done")
        self.lock_for_update()
        kept = self.row_ids.with_company(self.company_id)._undo()
        self.state = "undone"
        if not kept:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "%s rows stay: they are in use or were changed since. The list says why.",
                    len(kept),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_view_rows(self):
        """The rows with a verdict given by the button, or all."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "order_hub_start.order_hub_import_row_action"
        )
        verdict = self.env.context.get("verdict")
        context = {f"search_default_{verdict}": 1} if verdict else {}
        return {**action, "domain": [("import_id", "=", self.id)], "context": context}
