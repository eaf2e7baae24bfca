# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From attachments to receipts, in a constant number of queries."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from odoo import Command, api, models
from odoo.tools import SQL

from ..receipts.choose import Candidate, Choice, choose
from ..receipts.model import INCOMING, OUTGOING
from ..receipts.rules import file_name
from .datev_ledger import PURCHASE_TYPES, SALE_TYPES

CHUNK = 5_000


@dataclass(frozen=True)
class Head:
    """What a receipt tells about its entry."""

    id: int
    name: str
    day: date
    move_type: str
    ref: str
    partner: str

    @property
    def kind(self) -> str:
        if self.move_type in SALE_TYPES:
            return OUTGOING
        return INCOMING if self.move_type in PURCHASE_TYPES else ""


class DatevReceiptSource(models.AbstractModel):
    _name = "datev.receipt.source"
    _description = "Receipts of Posted Entries"

    @api.model
    def _links(self, company, move_ids: Iterable[int], keep: bool) -> dict[int, str]:
        """GUID of the receipt of each entry that has one.

        With `keep` new receipts are stored; without, they get a GUID for this check only.
        """
        links: dict[int, str] = {}
        if not company.datev_receipts:
            return links
        for heads, choices in self._pages(move_ids):
            chosen = {head.id: choices[head.id] for head in heads if choices[head.id].files}
            known = self._known(chosen)
            new = [head for head in heads if head.id in chosen and head.id not in known]
            if keep:
                # Receipts are nobody's to edit; this is the code that keeps them.
                receipts = (
                    self.env["datev.receipt"]
                    .sudo()
                    .create([self._prepare_receipt(company, head, chosen[head.id]) for head in new])
                )
                known.update({receipt.move_id.id: receipt.guid for receipt in receipts})
            else:
                known.update({head.id: str(uuid.uuid4()) for head in new})
            links.update(known)
        return links

    @api.model
    def _stored(self, move_ids: Iterable[int]):
        """The stored receipts of entries, as their attachments are now."""
        guids: list[str] = []
        for _heads, choices in self._pages(move_ids):
            guids += self._known(choices).values()
        return self.env["datev.receipt"].search([("guid", "in", guids)])

    @api.model
    def _late(self, export) -> list[Head]:
        """Entries of earlier exports whose files came, or came anew, after their export.

        What a later export has brought is not late any more, until that one is withdrawn.
        """
        late: list[Head] = []
        for heads, choices in self._pages(self._entries_with_new_files(export)):
            brought = self._brought(choices)
            late += [
                head
                for head in heads
                if choices[head.id].files and (head.id, choices[head.id].fingerprint) not in brought
            ]
        return late

    @api.model
    def _keep_late(self, export):
        """The receipts of `_late`, stored."""
        ids = [head.id for head in self._late(export)]
        links = self._links(export.company_id, ids, keep=True)
        return self.env["datev.receipt"].search([("guid", "in", list(links.values()))])

    def _entries_with_new_files(self, export) -> list[int]:
        """Entries of other exports with an attachment that is younger than their export."""
        self.env["ir.attachment"].flush_model()
        self.env["account.move"].flush_model()
        self.env["datev.export"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id
                FROM account_move m
                JOIN datev_export e ON e.id = m.datev_export_id
                WHERE m.company_id IN %s AND e.id != %s AND e.state IN ('exported', 'handed_over')
                  AND EXISTS (
                      SELECT 1 FROM ir_attachment a
                      WHERE a.res_model = 'account.move' AND a.res_id = m.id
                        AND a.type = 'binary'
                        AND a.create_date >= e.exported_on + INTERVAL '1 second'
                  )
                ORDER BY m.date, m.id
                """,
                # The time of an export has no fractions of a second.
                tuple(export.company_id._datev_branches().ids),
                export.id,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def _brought(self, move_ids: Iterable[int]) -> set[tuple[int, str]]:
        """(entry, fingerprint) of the receipts in packages of exports that stand."""
        self.env["datev.receipt"].flush_model()
        self.env["datev.receipt.package"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT r.move_id, r.fingerprint
                FROM datev_receipt r
                JOIN datev_receipt_datev_receipt_package_rel l ON l.datev_receipt_id = r.id
                JOIN datev_receipt_package p ON p.id = l.datev_receipt_package_id
                JOIN datev_export e ON e.id = p.export_id
                WHERE r.move_id = ANY(%s) AND e.state IN ('exported', 'handed_over')
                """,
                list(move_ids),
            )
        )
        return set(self.env.cr.fetchall())

    def _known(self, choices: dict[int, Choice]) -> dict[int, str]:
        """Entry -> GUID of the stored receipt with exactly these files."""
        if not choices:
            return {}
        self.env["datev.receipt"].flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT move_id, fingerprint, guid FROM datev_receipt WHERE move_id = ANY(%s)",
                list(choices),
            )
        )
        return {
            move_id: guid
            for move_id, fingerprint, guid in self.env.cr.fetchall()
            if choices[move_id].fingerprint == fingerprint
        }

    def _pages(self, move_ids: Iterable[int]):
        """Yield (heads, choices by entry) for some thousand entries at a time."""
        ids = list(move_ids)
        self.env["ir.attachment"].flush_model()
        for start in range(0, len(ids), CHUNK):
            page = ids[start : start + CHUNK]
            heads = self._heads(page)
            candidates = self._candidates(page)
            yield (
                heads,
                {head.id: choose(candidates[head.id], head.kind == OUTGOING) for head in heads},
            )

    def _heads(self, move_ids: list[int]) -> list[Head]:
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id, COALESCE(m.name, ''), m.date, m.move_type, COALESCE(m.ref, ''),
                       COALESCE(p.complete_name, p.name, '')
                FROM account_move m
                LEFT JOIN res_partner p ON p.id = m.partner_id
                WHERE m.id = ANY(%s)
                ORDER BY m.date, m.id
                """,
                move_ids,
            )
        )
        return [Head(*row) for row in self.env.cr.fetchall()]

    def _candidates(self, move_ids: list[int]) -> dict[int, list[Candidate]]:
        """Attachments of the entries, those of binary fields included."""
        self.env.cr.execute(
            SQL(
                """
                SELECT res_id, id, COALESCE(name, ''), COALESCE(mimetype, ''),
                       COALESCE(file_size, 0), COALESCE(checksum, ''), res_field IS NOT NULL
                FROM ir_attachment
                WHERE res_model = 'account.move' AND res_id = ANY(%s) AND type = 'binary'
                ORDER BY res_id, id
                """,
                move_ids,
            )
        )
        found: dict[int, list[Candidate]] = defaultdict(list)
        for move_id, *values in self.env.cr.fetchall():
            found[move_id].append(Candidate(*values))
        return found

    def _prepare_receipt(self, company, head: Head, choice: Choice) -> dict:
        guid = str(uuid.uuid4())
        number = (head.kind == INCOMING and head.ref) or head.name
        return {
            "company_id": company.id,
            "move_id": head.id,
            "guid": guid,
            "fingerprint": choice.fingerprint,
            "kind": head.kind or False,
            "day": head.day,
            "number": number,
            "description": f"{number} {head.partner}".strip(),
            "keywords": ", ".join(file.name for file in choice.files),
            "file_ids": [
                Command.create(
                    {
                        "sequence": place,
                        "attachment_id": file.id,
                        "name": file_name(head.name, place, file.kind, guid[:8]),
                        "size": file.size,
                        "checksum": file.checksum,
                    }
                )
                for place, file in enumerate(choice.files, start=1)
            ],
        }
