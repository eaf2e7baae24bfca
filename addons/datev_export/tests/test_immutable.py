# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import runpy
from pathlib import Path

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import DatevCase

REFUSED = "exported to DATEV"
# Values written in the attempts below, by the type of the field.
TYPED = {
    "char": "anders",
    "text": "anders",
    "date": fields.Date.to_date("2026-10-17"),
    "float": 7.25,
    "monetary": 7.25,
    "integer": 77,
}


@tagged("post_install", "-at_install")
class TestImmutable(DatevCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.move = cls.invoice(cls.line(100))
        cls.payment = cls.pay(cls.move)
        cls.bank_line = cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.bank.id,
                "date": "2026-10-12",
                "payment_ref": "Miete Oktober",
                "amount": -50,
                "counterpart_account_id": cls.account("rent").id,
            }
        )
        cls.datev = cls.export()
        assert cls.bank_line.move_id.datev_export_id == cls.datev

    def digests(self):
        """What the nightly comparison would compute, of all entries of the export."""
        self.env.flush_all()
        self.env.cr.execute(
            self.datev._sql_digests(
                SQL("SELECT move_id FROM datev_export_entry WHERE export_id = %s", self.datev.id)
            )
        )
        return dict(self.env.cr.fetchall())

    def attempt(self, action):
        """Whether `action` is refused or changes nothing that was exported; undone again."""
        before = self.digests()
        savepoint = self.env.cr.savepoint()
        try:
            action()
            return self.digests() == before
        except (UserError, ValidationError):
            return True
        finally:
            savepoint.rollback()
            self.env.invalidate_all(flush=False)
            savepoint.close()

    def other_value(self, record, field):
        """A value that `field` of `record` does not have."""
        if field.type == "many2one":
            domain = Domain("id", "!=", record[field.name].id)
            return record.env[field.comodel_name].search(domain, limit=1).id
        if field.type == "selection":
            keys = [key for key in field.get_values(self.env) if key != record[field.name]]
            return keys[0] if keys else None
        if field.type == "boolean":
            return not record[field.name]
        if field.type == "json":
            return {str(self.analytic.id): 100.0}
        return TYPED.get(field.type)

    @property
    def analytic(self):
        plan = self.env["account.analytic.plan"].search([], limit=1) or self.env[
            "account.analytic.plan"
        ].create({"name": "Kostenstellen"})
        return self.env["account.analytic.account"].search(
            [("plan_id", "=", plan.id)], limit=1
        ) or self.env["account.analytic.account"].create({"name": "Werk", "plan_id": plan.id})

    @mute_logger("odoo.models.unlink", "odoo.addons.account.models.account_move")
    def test_no_write_to_any_field_changes_what_was_exported(self):
        """Each stored field of entry, items and bank line, with the contexts that open doors."""
        self.analytic  # noqa: B018 - made before the first digest
        bank_move = self.bank_line.move_id
        records = [self.move, self.move.invoice_line_ids, bank_move, self.bank_line]
        changed, tried = [], 0
        for record in records:
            record = record.with_context(
                skip_readonly_check=True,
                skip_account_move_synchronization=True,
                force_delete=True,
                dynamic_unlink=True,
                check_move_validity=False,
                tracking_disable=True,
            )
            for name, field in record._fields.items():
                if not field.store or name in ("id", "message_main_attachment_id"):
                    continue
                value = self.other_value(record, field)
                if value is None or value is False:
                    continue
                tried += 1
                if not self.attempt(lambda r=record, n=name, v=value: r.write({n: v})):
                    changed.append(f"{record._name}.{name}")
        self.assertEqual(changed, [])
        self.assertGreater(tried, 100)

    def test_tricks_are_refused(self):
        line = self.move.invoice_line_ids
        receivable = self.move.line_ids - line
        open_door = {"skip_readonly_check": True, "check_move_validity": False}
        for name, trick in {
            "unlink": lambda: self.move.with_context(force_delete=True).unlink(),
            "draft": lambda: self.move.button_draft(),
            "cancel": lambda: self.move.button_cancel(),
            "cancel request": lambda: self.move.write({"state": "cancel"}),
            "clear lines": lambda: self.move.with_context(**open_door).write(
                {"line_ids": [Command.clear()]}
            ),
            "update a line": lambda: self.move.with_context(**open_door).write(
                {"line_ids": [Command.update(line.id, {"name": "anders"})]}
            ),
            "unlink a line": lambda: line.with_context(dynamic_unlink=True).unlink(),
            "taxes": lambda: line.write({"tax_ids": [Command.set(self.tax["ust_7"].ids)]}),
            "analytic": lambda: line.write(
                {"analytic_distribution": {str(self.analytic.id): 100.0}}
            ),
            "maturity": lambda: receivable[0].write({"date_maturity": "2027-01-01"}),
            "past write()": lambda: line._write({"name": "anders"}),
            "past write() of the entry": lambda: self.move._write({"ref": "anders"}),
            "payment": lambda: self.payment.action_draft(),
            "payment amount": lambda: self.payment.write({"amount": 1}),
            "bank amount": lambda: self.bank_line.write({"amount": -51}),
            "bank text": lambda: self.bank_line.write({"payment_ref": "anders"}),
            "bank contact": lambda: self.bank_line.write({"partner_id": self.supplier.id}),
            "bank date": lambda: self.bank_line.write({"date": "2026-10-13"}),
            "bank line": lambda: self.bank_line.unlink(),
            "bank undo": lambda: self.bank_line.action_undo_reconciliation(),
        }.items():
            # Some are refused by Odoo itself, in its own words; a payment may have no entry.
            self.assertTrue(self.attempt(trick), name)

    def test_marks_are_only_the_exports(self):
        for vals in ({"datev_export_id": self.datev.id}, {"datev_document": "X"}):
            with self.subTest(vals), self.assertRaises(UserError):
                self.invoice(self.line(1), day="2026-11-01").write(vals)
            with self.subTest(vals), self.assertRaises(UserError):
                self.env["account.move"].create({"move_type": "entry", **vals})
        with self.assertRaisesRegex(UserError, REFUSED):
            self.move.datev_export_id = False
        for vals in ({"state": "draft"}, {"sha256": "0"}, {"attachment_ids": [Command.clear()]}):
            with self.subTest(vals), self.assertRaises(UserError):
                self.datev.write(vals)
        with self.assertRaises(UserError):
            self.env["datev.export"].create({"state": "exported"})

    def test_merging_contacts_keeps_those_with_the_advisor(self):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        double = self.env["res.partner"].create({"name": "Drogerie Mueller"})
        with self.assertRaisesRegex(UserError, REFUSED), self.env.cr.savepoint():
            wizard._merge([self.customer.id, double.id], double)
        wizard._merge([self.customer.id, double.id], self.customer)
        self.assertFalse(double.exists())

    def test_merging_accounts_keeps_those_with_the_advisor(self):
        merge = self.env["account.merge.wizard"]._action_merge
        used = self.account("rent")
        unused = self.env["account.account"].create(
            {"name": "Miete alt", "code": "4299", "account_type": "expense"}
        )
        with self.assertRaisesRegex(UserError, REFUSED):
            merge(unused + used)

    def test_numbers_of_accounts_stay(self):
        with self.assertRaisesRegex(UserError, REFUSED):
            self.account("rent").code = "4211"
        self.account("rent").name = "Miete und Pacht"
        self.account("goods_19").code = "3401X"
        personal = self.env["datev.personal.account"].search(
            [("partner_id", "=", self.customer.id), ("company_id", "=", self.company.id)]
        )
        with self.assertRaisesRegex(UserError, REFUSED):
            personal.number = 10077
        with self.assertRaisesRegex(UserError, REFUSED):
            personal.unlink()

    def test_later_deliveries_leave_the_exported_date(self):
        """A date that other documents compute is kept, and does not stand in their way."""
        before = self.move.delivery_date
        self.env.add_to_compute(self.move._fields["delivery_date"], self.move)
        self.move._write({"delivery_date": fields.Date.to_date("2026-12-24")})
        self.move.invalidate_recordset(["delivery_date"])
        self.assertEqual(self.move.delivery_date, before)

    def test_reconciliation_stays_free(self):
        before = self.digests()
        lines = self.move.line_ids.filtered(lambda line: line.account_id.reconcile)
        lines.remove_move_reconcile()
        self.assertEqual(self.move.amount_residual, 119)
        other = self.pay(self.move, amount=50, day="2026-11-20")
        self.assertEqual(self.move.amount_residual, 69)
        self.assertEqual(self.digests(), before)
        self.assertFalse(other.move_id.datev_export_id)

    def test_addon_of_the_same_name_is_not_replaced(self):
        script = Path(__file__).parents[1] / "migrations/19.0.2.0.0/pre-migration.py"
        migrate = runpy.run_path(str(script))["migrate"]
        migrate(self.env.cr, "19.0.2.0.0")
        self.env.cr.execute("DELETE FROM ir_model_data WHERE module = 'datev_export'")
        with self.assertRaisesRegex(UserError, "nothing was changed"):
            migrate(self.env.cr, "19.0.1.0.0")

    def changed(self):
        return self.datev.finding_ids.filtered(lambda finding: finding.severity == "changed")

    def test_untouched_export_says_nothing(self):
        self.datev._cron_verify()
        self.assertFalse(self.changed())
        self.assertFalse(self.datev.activity_ids)

    def test_change_past_the_accounting_is_found(self):
        for statement in (
            "UPDATE account_move_line SET name = 'anders' WHERE id = %s",
            "UPDATE account_move_line SET balance = balance + 0.01 WHERE id = %s",
            "UPDATE account_move_line SET partner_id = NULL WHERE id = %s",
            "DELETE FROM account_move_line_account_tax_rel WHERE account_move_line_id = %s",
            "DELETE FROM account_move_line WHERE id = %s",
        ):
            with self.subTest(statement):
                savepoint = self.env.cr.savepoint()
                self.env.cr.execute(statement, [self.move.invoice_line_ids.id])
                with self.assertLogs("odoo.addons.datev_export", "WARNING"):
                    self.datev._cron_verify()
                self.assertEqual(self.changed().move_id, self.move)
                self.assertEqual(len(self.datev.activity_ids), 1)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)
                savepoint.close()

    def test_the_accountant_is_told_once(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env.company.partner_id.lang = "de_DE"
        self.env.cr.execute("UPDATE account_move SET ref = 'x' WHERE id = %s", [self.move.id])
        self.env.invalidate_all()
        for _night in range(2):
            with self.assertLogs("odoo.addons.datev_export", "WARNING"):
                self.datev._cron_verify()
        self.assertEqual(len(self.changed()), 1)
        self.assertEqual(self.datev.activity_ids.summary, "Nach dem Export geändert")
        self.env.cr.execute("UPDATE account_move SET ref = NULL WHERE id = %s", [self.move.id])
        self.datev.action_verify()
        self.assertFalse(self.changed())

    def test_file_that_is_not_the_exported_one_is_found(self):
        other = self.env["ir.attachment"].create({"name": "x", "raw": b"anders"})
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s, db_datas = NULL WHERE id = %s",
            [other.store_fname, self.datev._files()[0].id],
        )
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.datev_export", "WARNING"):
            self.datev._cron_verify()
        self.assertEqual(self.changed().code, "files_changed")

    def test_files_of_a_withdrawn_export_are_compared(self):
        """Its entries are free, but what was handed over stays as it was."""
        self.datev._withdraw("Falscher Monat")
        self.env.cr.execute("UPDATE account_move SET ref = 'x' WHERE id = %s", [self.move.id])
        self.env.invalidate_all()
        self.env["datev.export"]._cron_verify()
        self.assertFalse(self.changed())
        self.test_file_that_is_not_the_exported_one_is_found()

    def test_new_settings_leave_what_was_exported(self):
        """Keys, automatic flags and cost centres count for what is exported from now on."""
        files = [attachment.raw for attachment in self.datev._files()]
        sales = self.move.invoice_line_ids.account_id
        self.tax["ust_19"].datev_tax_key = "40"
        sales.write({"datev_automatic": "no", "datev_automatic_key": "2"})
        self.company.write({"datev_general_reversal": False, "datev_lock": True})
        self.datev._cron_verify()
        self.assertFalse(self.changed())
        self.assertEqual([attachment.raw for attachment in self.datev._files()], files)
        later = self.invoice(self.line(200), day="2026-10-21")
        back = self.move._reverse_moves([{"date": "2026-10-22", "invoice_date": "2026-10-22"}])
        back.action_post()
        supplement = self.exported()
        moves = supplement.entry_ids.move_id
        self.assertEqual(moves, later + back)
        self.assertFalse(self.changed())

    def test_settings_that_were_exported_warn(self):
        sales = self.move.invoice_line_ids.account_id
        for record, vals in (
            (self.tax["ust_19"], {"datev_tax_key": "5"}),
            (sales, {"datev_automatic": "no"}),
        ):
            self.assertIn("warning", self.changed_in_form(record, vals))
        for record, vals in (
            (self.tax["vst_7"], {"datev_tax_key": "5"}),
            (self.account("sales_7"), {"datev_automatic": "no"}),
        ):
            self.assertNotIn("warning", self.changed_in_form(record, vals))

    def changed_in_form(self, record, vals):
        """What the form says to a value before it is saved."""
        return record.onchange(vals, list(vals), dict.fromkeys(vals, {}))

    def test_cost_centre_of_an_exported_entry_is_not_deleted(self):
        plan = self.env["account.analytic.plan"].create({"name": "Kostenstelle"})
        used, free = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("Laden", "Büro")]
        )
        self.invoice(self.line(5, analytic_distribution={str(used.id): 100}), day="2026-10-25")
        supplement = self.export()
        self.assertEqual(supplement.state, "exported")
        with self.assertRaisesRegex(UserError, REFUSED):
            (used + free).unlink()
        free.unlink()

    def test_period_can_be_closed(self):
        self.assertTrue(self.datev.period_open)
        self.datev.action_lock_period()
        self.assertEqual(self.company.fiscalyear_lock_date, self.datev.date_to)
        self.assertFalse(self.datev.period_open)
