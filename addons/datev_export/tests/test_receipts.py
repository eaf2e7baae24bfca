# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import hashlib
import io
import zipfile
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import datev_receipt_export
from ..receipts import package as packaging
from ..receipts.checker import check_package, links_of
from .common import DatevCase

PDF = b"%PDF-1.4\nReceipt"
PNG = b"\x89PNG\r\n\x1a\n"


def make_pdf(send, data):
    """What core does where there is a program that makes PDFs."""
    for move, values in data.items():
        values["pdf_attachment_values"] = {
            "name": "RE.pdf",
            "raw": PDF,
            "mimetype": "application/pdf",
            "res_model": move._name,
            "res_id": move.id,
            "res_field": "invoice_pdf_report_file",
        }


@tagged("post_install", "-at_install")
class ReceiptCase(DatevCase):
    """A company that hands receipts over, with an invoice and a bill that have one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.datev_receipts = True

    @classmethod
    def attach(cls, move, content=PDF, name="Rechnung.pdf", mimetype="application/pdf", **values):
        return cls.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "mimetype": mimetype,
                "res_model": "account.move",
                "res_id": move.id,
                **values,
            }
        )

    @classmethod
    def bill(cls, ref="R 77/26", **values):
        return cls.invoice(cls.line(10, "vst_19"), move_type="in_invoice", ref=ref, **values)

    @classmethod
    def make_pdf(cls, invoice, content=PDF):
        """The PDF of an invoice where core puts it."""
        return cls.attach(
            invoice, content, f"{invoice.id}.pdf", res_field="invoice_pdf_report_file"
        )

    def unpack(self, package):
        with package._open() as file, zipfile.ZipFile(file) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def codes(self, export):
        return export.finding_ids.filtered(lambda f: f.code.startswith("receipt")).mapped("code")


@tagged("post_install", "-at_install")
class TestReceipts(ReceiptCase):
    def test_every_booking_points_to_its_receipt(self):
        invoice, bill = self.invoice(self.line(100)), self.bill()
        self.make_pdf(invoice, PDF + b"1")
        self.attach(bill, PDF + b"2")
        self.attach(bill, b"<x/>", "xrechnung.xml", "application/xml")
        export = self.exported()
        self.assertFalse(self.codes(export))
        receipts = self.env["datev.receipt"].search([("move_id", "in", (invoice + bill).ids)])
        self.assertEqual(len(receipts), 2)
        guids = set(receipts.mapped("guid"))
        linked = set().union(*(links_of(file.raw) for file in export.attachment_ids))
        self.assertEqual(linked, guids)
        self.assertEqual((export.package_ids.document_count, export.package_ids.file_count), (2, 3))
        files = self.unpack(export.package_ids)
        self.assertEqual(
            sorted(v for k, v in files.items() if k != "document.xml"),
            sorted([PDF + b"1", PDF + b"2", b"<x/>"]),
        )
        with export.package_ids._open() as file:
            self.assertEqual(check_package(file), (guids, []))
        self.assertEqual(receipts.mapped("kind"), ["2", "1"])

    def test_second_download_is_byte_for_byte_the_same(self):
        self.attach(self.bill())
        export = self.exported()
        package = export.package_ids
        with package._open() as file:
            first = file.read()
        self.supplier.name = "Ganz anders"
        self.env["ir.attachment"].search([("res_model", "=", "account.move")]).name = "neu.pdf"
        self.env.invalidate_all()
        with package._open() as file:
            self.assertEqual(file.read(), first)
        self.assertEqual(package.sha256, hashlib.sha256(first).hexdigest())

    def test_guid_stays_with_the_files(self):
        bill = self.bill()
        self.attach(bill)
        export = self.exported()
        guid = self.env["datev.receipt"].search([("move_id", "=", bill.id)]).guid
        export._withdraw("Falscher Mandant")
        again = self.exported()
        self.assertEqual(again.package_ids.receipt_ids.guid, guid)
        again._withdraw("Scan war unleserlich")
        self.attach(bill, PDF + b"better")
        third = self.exported()
        self.assertNotEqual(third.package_ids.receipt_ids.guid, guid)
        self.assertEqual(third.package_ids.file_count, 2)

    def test_a_check_keeps_nothing(self):
        self.attach(self.bill())
        export = self.export(export=False)
        export.action_check()
        self.assertEqual(export.state, "checked")
        self.assertFalse(
            self.env["datev.receipt"].search_count([("company_id", "=", self.company.id)])
        )

    def test_missing_receipts_are_listed(self):
        bill = self.bill()
        invoices = self.invoice(self.line(100)) + self.invoice(self.line(50))
        export = self.exported()
        found = {finding.code: finding for finding in export.finding_ids}
        self.assertEqual(found["receipt_missing"].move_id, bill)
        action = found["receipt_invoices"].action_fix()
        self.assertEqual(action["res_model"], "account.move")
        self.assertEqual({f.severity for f in found.values()}, {"warning"})
        self.assertFalse(export.package_ids)
        self.assertEqual(set().union(*(links_of(f.raw) for f in export.attachment_ids)), set())
        self.assertEqual(len(invoices), 2)

    def test_missing_pdfs_are_made_and_not_sent(self):
        invoice = self.invoice(self.line(100))
        export = self.export(export=False)
        export.action_check()
        self.assertTrue(export.receipts_missing)
        self.assertEqual(
            export.action_view_missing_documents()["domain"], [("id", "in", invoice.ids)]
        )
        sent = self.env["mail.mail"].search_count([])

        # There is no program that makes PDFs on every machine that runs the tests.
        with patch.object(
            type(self.env["account.move.send"]), "_prepare_invoice_pdf_report", make_pdf
        ):
            export.action_make_documents()
        self.assertTrue(invoice.invoice_pdf_report_id)
        self.assertFalse(export.receipts_missing)
        self.assertFalse(self.codes(export))
        self.assertEqual(self.env["mail.mail"].search_count([]), sent)
        export.action_export()
        self.assertEqual(export.receipt_count, 1)

    def test_files_datev_does_not_take_are_named(self):
        bill = self.bill()
        self.attach(bill, b"PK", "scan.exe", "application/octet-stream")
        self.attach(bill)
        export = self.exported()
        self.assertEqual(self.codes(export), ["receipt_refused"])
        self.assertIn("scan.exe", export.finding_ids[0].message)
        self.assertEqual(export.package_ids.file_count, 1)

    def test_a_bill_with_unusable_files_only_counts_as_missing(self):
        self.attach(self.bill(), b"PK", "scan.exe", "application/octet-stream")
        self.assertEqual(set(self.codes(self.exported())), {"receipt_refused", "receipt_missing"})

    def test_large_sets_are_cut_into_several_packages(self):
        for number in range(3):
            self.attach(self.bill(f"R{number}"), PDF + str(number).encode())
        split = packaging.split
        with patch.object(
            datev_receipt_export, "split", lambda receipts: split(receipts, max_documents=2)
        ):
            export = self.exported()
        self.assertEqual(export.package_ids.mapped("document_count"), [2, 1])
        self.assertEqual(export.package_ids.mapped("part"), [1, 2])
        self.assertEqual(len(set(export.package_ids.mapped("name"))), 2)

    def test_exported_receipts_cannot_change_until_withdrawn(self):
        # Of PDF and XML, core keeps guard; a photograph is ours alone.
        attachment = self.attach(self.bill(), PNG, "foto.png", "image/png")
        export = self.exported()
        for change in (lambda: attachment.write({"raw": b"anders"}), attachment.unlink):
            with self.assertRaises(UserError):
                change()
        attachment.name = "Neuer Name.pdf"
        export._withdraw("Test")
        attachment.raw = b"anders"
        with self.assertRaises(UserError), export.package_ids._open():
            self.fail("a changed receipt was handed out")

    def test_without_receipts_nothing_is_linked_or_missed(self):
        self.company.datev_receipts = False
        self.attach(self.bill())
        export = self.exported()
        self.assertFalse(export.package_ids)
        self.assertFalse(self.codes(export))
        self.assertFalse(links_of(export.attachment_ids[0].raw))

    def test_other_entries_bring_their_receipt_but_need_none(self):
        self.manual(("rent", -5), ("expense", 5))
        with_receipt = self.manual(("rent", -7), ("expense", 7))
        self.attach(with_receipt)
        export = self.exported()
        self.assertFalse(self.codes(export))
        self.assertEqual(export.package_ids.receipt_ids.move_id, with_receipt)
        self.assertFalse(export.package_ids.receipt_ids.kind)

    def test_contents_in_the_database_are_read_one_at_a_time(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        self.attach(self.bill())
        export = self.exported()
        self.assertIn(PDF, self.unpack(export.package_ids).values())

    def test_queries_do_not_grow_with_receipts(self):
        def count(number, day):
            for index in range(number):
                self.attach(self.bill(f"{day}{index}", day=day), PDF + f"{day}{index}".encode())
            self.env.flush_all()
            self.env.invalidate_all()
            export = self.export(f"{day[:7]}-01", f"{day[:7]}-28", export=False)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            export.action_export()
            self.env.flush_all()
            self.assertEqual(export.receipt_count, number)
            return self.env.cr.sql_log_count - before

        count(1, "2026-06-05")
        few, many = count(3, "2026-07-06"), count(15, "2026-08-06")
        self.assertLessEqual(many, few + 2)

    def test_zip_is_flat_and_opens_anywhere(self):
        self.attach(self.bill("Ü/1 .. \\ \N{EURO SIGN}"), name="böse/../name?.PDF")
        export = self.exported()
        with export.package_ids._open() as file:
            content = file.read()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.assertIsNone(archive.testzip())
            for info in archive.infolist():
                self.assertRegex(info.filename, r"^[A-Za-z0-9._-]+$")
                self.assertEqual(info.date_time, (1980, 1, 1, 0, 0, 0))
                # Without lengths in the head, strict readers refuse a stored file.
                self.assertFalse(info.flag_bits & 0x08)


@tagged("post_install", "-at_install")
class TestLateReceipts(ReceiptCase):
    """A receipt that is attached after the export of its entry follows with the next export."""

    def setUp(self):
        super().setUp()
        self.late_bill = self.bill()
        self.first = self.exported()
        self.exported_before("2026-11-02 08:00:00")
        self.bill("R 78/26", day="2026-11-05")

    def exported_before(self, moment):
        """All exports up to now are older than what this transaction creates."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE datev_export SET exported_on = %s", [moment])
        self.env.invalidate_all()

    def november(self):
        return self.exported(date_from="2026-11-01", date_to="2026-11-30")

    def test_receipts_that_come_later_follow_with_the_next_export(self):
        late = self.attach(self.late_bill)
        second = self.november()
        found = second.finding_ids.filtered(lambda finding: finding.code == "receipt_late")
        self.assertEqual(found.move_id, self.late_bill)
        receipt = second.package_ids.receipt_ids
        self.assertEqual(receipt.move_id, self.late_bill)
        self.assertIn(PDF, self.unpack(second.package_ids).values())
        # The booking is with the advisor already; no row of this export points to it.
        self.assertFalse(set().union(*(links_of(file.raw) for file in second.attachment_ids)))
        # Not a second time.
        self.bill("R 79/26", day="2026-12-05")
        third = self.exported(date_from="2026-12-01", date_to="2026-12-31")
        self.assertFalse(third.package_ids)
        with self.assertRaises(UserError):
            late.raw = b"anders"

    def test_late_receipts_of_a_withdrawn_export_come_again(self):
        self.attach(self.late_bill)
        second = self.november()
        guid = second.package_ids.receipt_ids.guid
        second._withdraw("Falscher Mandant")
        again = self.november()
        self.assertEqual(again.package_ids.receipt_ids.guid, guid)

    def test_a_check_names_late_receipts_and_keeps_nothing(self):
        self.attach(self.late_bill)
        check = self.export("2026-11-01", "2026-11-30", export=False)
        check.action_check()
        self.assertIn("receipt_late", check.finding_ids.mapped("code"))
        self.assertFalse(self.env["datev.receipt"].search([("move_id", "=", self.late_bill.id)]))

    def test_files_datev_does_not_take_do_not_follow(self):
        self.attach(self.late_bill, b"PK", "scan.exe", "application/octet-stream")
        second = self.november()
        self.assertFalse(second.package_ids)
        self.assertNotIn("receipt_late", second.finding_ids.mapped("code"))
