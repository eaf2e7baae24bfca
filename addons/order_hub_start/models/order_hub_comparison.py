# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..start.comparing.engine import compare_documents, compare_quantities
from ..start.comparing.lists import LISTS
from ..start.reader import read

KINDS = [
    ("orders", "Orders"),
    ("shipped", "Shipped Quantities"),
    ("stock", "Stock"),
    ("invoices", "Invoices"),
]
SHOWN_PROBLEMS = 20
DIGITS = (16, 3)


class OrderHubComparison(models.Model):
    """A list of the old system beside what is here."""

    _name = "order.hub.comparison"
    _description = "Comparison with the Old System"
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        KINDS, "List", required=True, default=lambda self: self._get_default_kind()
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Orders by order date, invoices by invoice date. Stock is compared as it is now.",
    )
    date_to = fields.Date("To", required=True, default=fields.Date.context_today)
    channel_id = fields.Many2one(
        "sales.channel",
        "Sales Channel",
        check_company=True,
        index="btree_not_null",
        help="Only orders of this channel. Empty: of all.",
    )
    file = fields.Binary(
        attachment=True, help="XLSX or CSV with a heading row, as the old system exports it."
    )
    filename = fields.Char("File Name")
    tolerance = fields.Float(
        digits=DIGITS,
        help="Differences up to this amount or quantity do not count.",
    )
    state = fields.Selection(
        [("draft", "New"), ("problems", "File Has Problems"), ("compared", "Compared")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    compared_at = fields.Datetime("Compared On", readonly=True, copy=False)
    problems = fields.Text("Problems of the File", readonly=True, copy=False)
    row_ids = fields.One2many(
        "order.hub.comparison.row", "comparison_id", "Differences", readonly=True, copy=False
    )
    agreeing_count = fields.Integer("Agreeing", readonly=True, copy=False)
    difference_count = fields.Integer("Differences Found", compute="_compute_counts")
    open_count = fields.Integer("Open Differences", compute="_compute_counts")
    is_safe = fields.Boolean("Safe to Switch", compute="_compute_verdict")
    verdict = fields.Char("Safe to Switch?", compute="_compute_verdict")

    _tolerance_positive = models.Constraint(
        "CHECK(tolerance >= 0)", "The tolerance cannot be below zero."
    )

    @api.model
    def _get_default_kind(self):
        """Accounting may compare invoices alone."""
        manages = self.env.user.has_group("order_hub.group_role_manager")
        return "orders" if manages else "invoices"

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        if any(comparison.date_from > comparison.date_to for comparison in self):
            raise ValidationError(self.env._("The period ends before it begins."))

    @api.depends("kind", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for comparison in self:
            parts = [kinds.get(comparison.kind, "")]
            if comparison.date_to:
                parts.append(format_date(comparison.env, comparison.date_to))
            comparison.name = " · ".join(parts)

    @api.depends("row_ids.is_acknowledged")
    def _compute_counts(self):
        groups = self.env["order.hub.comparison.row"]._read_group(
            [("comparison_id", "in", self.ids)],
            ["comparison_id", "is_acknowledged"],
            ["__count"],
        )
        counts = {(one.id, acknowledged): count for one, acknowledged, count in groups}
        for comparison in self:
            comparison.open_count = counts.get((comparison.id, False), 0)
            done = counts.get((comparison.id, True), 0)
            comparison.difference_count = comparison.open_count + done

    @api.depends("state", "agreeing_count", "open_count", "difference_count")
    @api.depends_context("lang")
    def _compute_verdict(self):
        for comparison in self:
            comparison.is_safe = (
                comparison.state == "compared"
                and bool(comparison.agreeing_count)
                and not comparison.open_count
            )
            comparison.verdict = comparison._get_verdict()

    def _get_verdict(self):
        """Say in one sentence whether it is safe to switch, and why not."""
        counts = {
            "agreeing": self.agreeing_count,
            "open": self.open_count,
            "accepted": self.difference_count - self.open_count,
        }
        if self.state == "draft":
            return self.env._("Nothing has been compared yet.")
        if self.state == "problems":
            return self.env._("Not yet: the file could not be read as a whole.")
        if self.open_count:
            return self.env._(
                "Not yet. Open differences: %(open)s, agreeing: %(agreeing)s.", **counts
            )
        if not self.agreeing_count:
            return self.env._("Not yet: nothing in the list agrees with what is here.")
        return self.env._(
            "Yes, by this list. Agreeing: %(agreeing)s, acknowledged differences: %(accepted)s.",
            **counts,
        )

    def action_compare(self):
        """Read the list and compare it; what was acknowledged stays while values are the same."""
        for comparison in self:
            comparison.lock_for_update(allow_referencing=True)
            comparison._compare()

    def _compare(self):
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Upload the list of the old system first."))
        result = read(base64.b64decode(self.with_context(bin_size=False).file), LISTS[self.kind])
        if result.problems:
            # What is right of such a file alone would show differences that are none.
            self.write({"state": "problems", "problems": self._get_problem_text(result.problems)})
            return
        theirs = [row.entry() for row in result.rows]
        ours = getattr(self, f"_get_{self.kind}_entries")(theirs)
        tolerance = Decimal(f"{self.tolerance:.6f}")
        if self.kind in ("orders", "invoices"):
            comparison = compare_documents(theirs, ours, tolerance)
        else:
            stock = self.kind == "stock"
            comparison = compare_quantities(theirs, ours, tolerance, stock=stock)
        self._store_rows(comparison.differences)
        self.write(
            {
                "state": "compared",
                "problems": False,
                "agreeing_count": comparison.agreeing,
                "compared_at": fields.Datetime.now(),
            }
        )

    def _get_problem_text(self, problems):
        """The first problems, each with what to write instead."""
        lines = []
        for problem in problems[:SHOWN_PROBLEMS]:
            place = " ".join(filter(None, (problem.sheet, f"{problem.column}{problem.row or ''}")))
            text = f"{problem.what(self.env._)} {problem.instead(self.env._)}"
            lines.append(f"{place}: {text}" if place else text)
        if len(problems) > SHOWN_PROBLEMS:
            lines.append(self.env._("… and %s more.", len(problems) - SHOWN_PROBLEMS))
        return "\n".join(lines)

    def _store_rows(self, differences):
        """Keep one row for each difference: new ones are added, changed ones are open again,
        and those that are no more go.
        """
        found = map(self._prepare_row, differences)
        waiting = {vals["subject"]: vals for vals in found}
        gone = []
        # Deleting empties the cache: the rows are read once, before.
        for row in self.row_ids:
            if vals := waiting.pop(row.subject, None):
                row._update_values(vals)
            else:
                gone.append(row.id)
        self.row_ids.browse(gone).unlink()
        self.env["order.hub.comparison.row"].create(
            [{"comparison_id": self.id, **vals} for vals in waiting.values()]
        )

    def _prepare_row(self, difference):
        model = {"orders": "sale.order", "shipped": "sale.order", "invoices": "account.move"}
        return {
            "subject": f"{difference.kind}:{difference.name}",
            "name": difference.name,
            "difference_kind": difference.kind,
            "theirs": float(difference.theirs or 0),
            "ours": float(difference.ours or 0),
            "reason": difference.reason or False,
            "res_model": model.get(self.kind, "product.product") if difference.record else False,
            "res_id": difference.record,
        }

    def action_view_rows(self):
        """The differences as a list with filters."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "order_hub_start.order_hub_comparison_row_action"
        )
        action["domain"] = [("comparison_id", "=", self.id)]
        return action

    def action_view_shadow(self):
        """The channel's orders compared one by one with those another system makes here."""
        return self.channel_id.action_view_shadow()
