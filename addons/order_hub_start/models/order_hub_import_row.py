# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare
from odoo.tools.misc import formatLang

from .order_hub_import_entry import VERDICTS, Entry


class OrderHubImportRow(models.Model):
    """A row of a file: what the import would do with it, or has done."""

    _name = "order.hub.import.row"
    _description = "Row of an Import"
    _order = "import_id, verdict_order, row, id"
    _rec_name = "key"

    import_id = fields.Many2one("order.hub.import", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id")
    row = fields.Integer(aggregator=None, help="As the spreadsheet counts.")
    place = fields.Char("About")
    key = fields.Char("Number")
    verdict = fields.Selection(VERDICTS, "Result", required=True)
    verdict_order = fields.Integer(compute="_compute_verdict_order", store=True, aggregator=None)
    text = fields.Text("What")
    instead = fields.Char("What to Write Instead")
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model", aggregator=None)
    created = fields.Boolean()
    old_values = fields.Json()
    new_values = fields.Json()

    @api.depends("verdict")
    def _compute_verdict_order(self):
        order = [verdict for verdict, _label in VERDICTS]
        for row in self:
            row.verdict_order = order.index(row.verdict)

    def action_view(self):
        """What the row stands for here."""
        self.ensure_one()
        if not self.res_id or not self.env[self.res_model].browse(self.res_id).exists():
            raise UserError(self.env._("Nothing has been made of this row."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def _undo(self):
        """Delete what these rows made and put back what they changed.

        :return: the rows for which that is not possible
        """
        kept = self.browse()
        for row in self.filtered(lambda row: row.res_id and (row.created or row.new_values)):
            record = self.env[row.res_model].browse(row.res_id).exists()
            if record and (reason := row._take_back(record)):
                row.text = reason
                kept |= row
        return kept

    def _take_back(self, record):
        """:return: why this is not possible, or False"""
        try:
            with self.env.cr.savepoint():
                if self._is_changed_since(record):
                    return self.env._("Changed since.")
                if self.created:
                    self._delete(record)
                else:
                    self._put_back(record)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except UserError as error:
            self.env.invalidate_all(flush=False)
            return str(error)
        except psycopg2.IntegrityError:
            self.env.invalidate_all(flush=False)
            return self.env._("In use elsewhere.")
        return False

    def _delete(self, record):
        record.unlink()

    def _put_back(self, record):
        record.write(self.old_values)

    def _is_changed_since(self, record):
        if self.created and not self.new_values:
            return record.write_date > self.create_date  # both made in one transaction
        store = self.env["order.hub.import"]
        return any(
            not store._is_same(record, name, store._to_json(record, name), value)
            for name, value in self.new_values.items()
        )


class OrderHubImport(models.Model):
    _inherit = "order.hub.import"

    def _make_entry_of_problem(self, problem):
        """An entry for something that cannot be read."""
        place = f"{problem.column} ({problem.heading})" if problem.column else problem.heading
        return Entry(
            row=problem.row,
            key=problem.sheet,
            place=place,
            error=problem.what(self.env._),
            instead=problem.instead(self.env._),
        )

    # ---------------------------------------------------------------- comparing
    def _compare(self, entry, record, wanted):
        """Note what differs between a record and what the file says; what it leaves open stays."""
        entry.record = record
        for name, value in wanted.items():
            if value is None:
                continue
            there = self._to_json(record, name)
            if self._is_same(record, name, there, value):
                continue
            entry.changes[name] = value
            entry.old[name] = there
            if not there or there == [[6, 0, []]]:
                entry.filled.add(name)
            entry.texts.append(
                self.env._(
                    "%(field)s: %(there)s → %(file)s",
                    field=record._fields[name]._description_string(self.env),
                    there=self._in_words(record, name, there) or "–",
                    file=self._in_words(record, name, value),
                )
            )

    def _to_json(self, record, name):
        """A value as ``write`` takes it, in types that JSON has."""
        field_ = record._fields[name]
        value = record[name]
        if field_.type == "many2one":
            return value.id
        if field_.type == "many2many":
            return [[6, 0, sorted(value.ids)]]
        if field_.type in ("date", "datetime"):
            return field_.to_string(value) if value else False
        return value

    def _is_same(self, record, name, there, value):
        field_ = record._fields[name]
        if field_.type in ("float", "monetary"):
            digits = field_.get_digits(self.env) if field_.type == "float" else None
            digits = digits[1] if digits else self.company_id.currency_id.decimal_places
            return not float_compare(there or 0.0, value or 0.0, precision_digits=digits)
        if field_.type == "many2many":
            return there[0][2] == sorted(value[0][2])
        return (there or False) == (value or False)

    def _in_words(self, record, name, value):
        field_ = record._fields[name]
        if field_.type == "many2one":
            return self.env[field_.comodel_name].browse(value or []).display_name
        if field_.type == "many2many":
            found = self.env[field_.comodel_name].browse(value[0][2])
            return ", ".join(found.mapped("display_name"))
        if field_.type == "selection":
            return dict(field_._description_selection(self.env)).get(value)
        if field_.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field_.type in ("float", "monetary"):
            return formatLang(self.env, value, digits=6).rstrip("0").rstrip(",.")
        return str(value) if value else ""

    # ----------------------------------------------------------------- applying
    def _apply(self, entries):
        """Create and write in sets; what the database refuses is named and left out."""
        new = [entry for entry in entries if entry.verdict(self.overwrite) == "create"]
        differing = [entry for entry in entries if entry.record and entry.changes]
        getattr(self, f"_create_{self.table}")(new)
        self._in_sets(differing, getattr(self, f"_write_{self.table}", self._write_set))

    def _write_set(self, entries):
        for entry in entries:
            if vals := entry.to_write(self.overwrite):
                entry.record.write(vals)

    def _create_set(self, model, entries):
        records = self.env[model].create([entry.vals for entry in entries])
        for entry, record in zip(entries, records, strict=True):
            entry.record, entry.created = record, True

    def _in_sets(self, entries, do, size=500):
        """Do something with entries in sets; a set that fails is narrowed down to its bad rows."""
        for start in range(0, len(entries), size):
            self._try_set(entries[start : start + size], do)

    def _try_set(self, entries, do):
        try:
            with self.env.cr.savepoint():
                do(entries)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise  # a lock or a conflict: tried again as a whole
        except Exception as error:  # noqa: BLE001 - whatever one has, the others go on
            self.env.invalidate_all(flush=False)
            for entry in entries:
                entry.forget()
            if len(entries) == 1:
                entries[0].error = str(error)
                return
            middle = len(entries) // 2
            self._try_set(entries[:middle], do)
            self._try_set(entries[middle:], do)
