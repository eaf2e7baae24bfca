# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import copy
import hashlib
from collections import Counter, defaultdict
from decimal import Decimal

from lxml import etree

from odoo import models
from odoo.exceptions import UserError

# What banks write where there is no reference.
NO_REFERENCE = {"NOTPROVIDED", "NONREF", "NICHT ANGEGEBEN", "/"}


class AccountStatementImportCamtParser(models.AbstractModel):
    """The parser, stricter: nothing half-read, nothing booked that the bank has not booked,
    each transaction once."""

    _inherit = "account.statement.import.camt.parser"

    def parse(self, data):
        """Return one result for each account, for a file may hold statements of several."""
        self._check_file(data)
        _currency, _account, statements = super().parse(data)
        accounts = defaultdict(list)
        seen = Counter()
        for statement in statements:
            account = statement.pop("camt_account")
            for transaction in statement["transactions"]:
                content = (account[0], *transaction.pop("camt_content"))
                seen[content] += 1
                # Equal transfers on one day exist; the second of them is another one.
                text = "\x1f".join((*content, str(seen[content])))
                transaction["unique_import_id"] = hashlib.sha256(text.encode()).hexdigest()
            accounts[account].append(statement)
        return [(currency, number, group) for (number, currency), group in accounts.items()]

    def _check_file(self, data):
        """Refuse damaged files, which would be read in part, and such as define entities."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            root = etree.fromstring(data, parser=parser)
        except etree.XMLSyntaxError as error:
            if b"iso:20022" not in data[:4096]:
                raise ValueError(str(error)) from error
            raise UserError(
                self.env._("The bank statement file is damaged or incomplete: %s", error)
            ) from error
        if root.getroottree().docinfo.doctype:
            raise UserError(
                self.env._("The file has a document type definition; bank statements have none.")
            )
        if not root.tag.startswith("{"):
            raise ValueError("no namespace")

    def parse_statement(self, ns, node):
        """Keep the account with each statement; statements without entries have no date."""
        statement = super().parse_statement(ns, node)
        statement["camt_account"] = (statement.get("account_number"), statement.get("currency"))
        return statement

    def parse_entry(self, ns, node):
        """Only what is booked; parts that do not add up are booked as one."""
        status = node.xpath("string(ns:Sts/ns:Cd | ns:Sts[not(*)])", namespaces={"ns": ns})
        if status.strip() not in ("", "BOOK"):
            return
        self._complete_date(ns, node)
        transactions = list(super().parse_entry(ns, node))
        amount = self._get_exact_amount(ns, node)
        parts = node.xpath("ns:NtryDtls/ns:TxDtls", namespaces={"ns": ns})
        total = sum((Decimal(str(entry["amount"])) for entry in transactions), Decimal(0))
        if len(transactions) > 1 and total != amount:
            # A collective booking without its parts' amounts, or with other currencies.
            whole = copy.deepcopy(node)
            for details in whole.xpath("ns:NtryDtls", namespaces={"ns": ns}):
                whole.remove(details)
            transactions = list(super().parse_entry(ns, whole))
            parts = [node]
        elif len(transactions) == 1:
            transactions[0]["amount"] = float(amount)
        for transaction, part in zip(transactions, parts or [node], strict=True):
            self._add_remittance(ns, node, part, transaction)
            yield transaction

    def _complete_date(self, ns, node):
        """An entry without a booking date is dated by its value."""
        if node.xpath("ns:BookgDt/*[text()]", namespaces={"ns": ns}):
            return
        value_dates = node.xpath("ns:ValDt", namespaces={"ns": ns})
        if not value_dates:
            raise UserError(self.env._("The bank statement file has an entry without a date."))
        booking = copy.deepcopy(value_dates[0])
        booking.tag = f"{{{ns}}}BookgDt"
        node.append(booking)

    def _get_exact_amount(self, ns, node):
        text = node.xpath("string(ns:Amt)", namespaces={"ns": ns})
        sign = node.xpath("string(ns:CdtDbtInd)", namespaces={"ns": ns})
        return Decimal(text.strip() or "0") * (-1 if sign == "DBIT" else 1)

    def _add_remittance(self, ns, entry, part, transaction):
        """Add what the payer wrote, and what tells this transaction from all others."""

        def texts(node, *paths):
            found = (
                element.text.strip()
                for path in paths
                for element in node.xpath(path, namespaces={"ns": ns})
                if element.text
            )
            return [text for text in found if text.upper() not in NO_REFERENCE]

        remittance = texts(
            part,
            ".//ns:RmtInf/ns:Ustrd",
            ".//ns:RmtInf/ns:Strd/ns:CdtrRefInf/ns:Ref",
            ".//ns:RmtInf/ns:Strd/ns:RfrdDocInf/ns:Nb",
            ".//ns:Refs/ns:EndToEndId",
        )
        # Line breaks: Strd and Ustrd may both be there, and Ustrd may be repeated.
        transaction["remittance"] = "\n".join(dict.fromkeys(remittance)) or False
        if transaction.get("payment_ref", "/") == "/":
            notes = remittance or texts(entry, "ns:AddtlNtryInf")
            transaction["payment_ref"] = " ".join(notes) or self.env._("Bank transaction")
        transaction["camt_content"] = (
            transaction["date"][:10],
            f"{Decimal(str(transaction['amount'])):.4f}",
            *(
                "|".join(texts(node, *paths))
                for node, paths in (
                    (entry, ("ns:AcctSvcrRef", "ns:NtryRef")),
                    (part, (".//ns:Refs/ns:AcctSvcrRef", ".//ns:Refs/ns:TxId")),
                )
            ),
            "|".join(remittance),
            transaction.get("partner_name") or "",
            transaction.get("account_number") or "",
        )
