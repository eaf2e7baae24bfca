# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64

from lxml import etree

from odoo.fields import Command

from odoo.addons.batch_mrp_orders.tests.common import BatchCase

IBAN = "DE02120300000000202051"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def element(parent, path, text=None, **attributes):
    """Add the elements of a path below the parent; the last one has the text."""
    for tag in path.split("/"):
        parent = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    parent.text = text
    parent.attrib.update(attributes)
    return parent


class PaymentCase(BatchCase):
    """A company with a bank account, customers with invoices, and bank statements."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Bank statements match what they bring also in a test run.
        cls.env = cls.env(context={**cls.env.context, "_test_account_reconcile_oca": True})
        cls.bank = cls.env["account.journal"].create(
            {
                "name": "Test bank",
                "type": "bank",
                "code": "TBNK",
                "bank_acc_number": IBAN,
                "company_id": cls.company.id,
            }
        )
        cls.customer.write(
            {
                "email": "probe@example.com",
                "lang": "de_DE",
                "street": "Lindenweg 4",
                "zip": "79098",
                "city": "Freiburg",
                "country_id": cls.env.ref("base.de").id,
            }
        )
        cls.service = cls.env["product.product"].create(
            {"name": "Tasting", "type": "service", "taxes_id": False, "invoice_policy": "order"}
        )

    @classmethod
    def _create_invoice(cls, amount, partner=None, due="2026-01-15", post=True, **values):
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.customer).id,
                "invoice_date": "2026-01-01",
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": cls.service.id, "price_unit": amount, "tax_ids": False}
                    )
                ],
                **values,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def _create_service_order(cls, amount, confirm=False, **values):
        order = cls._create_order((cls.service, 1), confirm=False, **values)
        order.order_line.write({"price_unit": amount, "tax_ids": False})
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _transfer(cls, amount, text, name="Jemand", **values):
        """A transfer that has come in."""
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.bank.id,
                "date": "2026-02-01",
                "amount": amount,
                "payment_ref": text,
                "partner_name": name,
                **values,
            }
        )

    @classmethod
    def _camt(cls, *entries, account=IBAN, statement="1"):
        """A camt.053 file; an entry is ``(amount, text)`` or a dictionary."""
        root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
        message = element(root, "BkToCstmrStmt")
        header = element(message, "GrpHdr")
        element(header, "MsgId", f"M{statement}")
        cls._add_statement(message, entries, account, statement)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    @classmethod
    def _add_statement(cls, message, entries, account, statement):
        node = element(message, "Stmt")
        element(node, "Id", statement)
        account_node = element(node, "Acct")
        element(account_node, "Id/IBAN", account)
        element(account_node, "Ccy", "EUR")
        for entry in entries:
            values = entry if isinstance(entry, dict) else {"amount": entry[0], "text": entry[1]}
            cls._add_entry(node, **values)

    @classmethod
    def _add_entry(
        cls,
        statement,
        amount,
        text=None,
        name="Jemand",
        date="2026-02-01",
        status="BOOK",
        reference=None,
        structured=None,
        sign="CRDT",
        parts=None,
        payer_account=None,
    ):
        node = element(statement, "Ntry")
        element(node, "Amt", f"{amount:.2f}", Ccy="EUR")
        element(node, "CdtDbtInd", sign)
        element(node, "Sts/Cd", status)
        if date:
            element(node, "BookgDt/Dt", date)
        if reference:
            element(node, "AcctSvcrRef", reference)
        details = element(node, "NtryDtls")
        for part_amount, part_text in parts or [(None, text)]:
            part = element(details, "TxDtls")
            element(part, "Refs/EndToEndId", "NOTPROVIDED")
            if part_amount is not None:
                element(part, "Amt", f"{part_amount:.2f}", Ccy="EUR")
            parties = element(part, "RltdPties")
            element(parties, "Dbtr/Pty/Nm", name)
            if payer_account:
                element(parties, "DbtrAcct/Id/IBAN", payer_account)
            remittance = element(part, "RmtInf")
            if part_text:
                element(remittance, "Ustrd", part_text)
            if structured:
                element(remittance, "Strd/CdtrRefInf/Ref", structured)
        element(node, "AddtlNtryInf", "SEPA-Gutschrift")

    @classmethod
    def _import(cls, *files, user=None):
        """Import files as the client does; returns the new transactions."""
        Line = cls.env["account.bank.statement.line"]
        before = Line.search([("journal_id", "=", cls.bank.id)])
        for content in files:
            wizard = cls.env["account.statement.import"].with_user(user or cls.env.user)
            wizard = wizard.create(
                {"statement_file": base64.b64encode(content), "statement_filename": "camt.xml"}
            )
            wizard.import_file_button()
        return Line.search([("journal_id", "=", cls.bank.id)], order="id") - before
