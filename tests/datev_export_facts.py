# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the tests of exports at the same time run inside Odoo, each in a process of its own."""

import json
import os
import signal

from tests.together import hold, wait_for_holder

EXPORTING = 190_051  # advisory lock held while an export is between reading and marking
HELD = 2.0  # seconds an export stays there
ENTRIES = 6
PERIOD = {"date_from": "2026-05-01", "date_to": "2026-05-31"}
NEXT_PERIOD = {"date_from": "2026-06-01", "date_to": "2026-06-30"}


def set_up(env):
    """Posted invoices of two months for two customers each, and a draft."""
    env.company.write({"datev_consultant_number": "29098", "datev_client_number": "55003"})
    customers = env["res.partner"].create([{"name": f"Kunde {n}"} for n in range(4)])
    for month, two in (("05", customers[:2]), ("06", customers[2:])):
        for number in range(ENTRIES):
            _invoice(env, two[number % 2], f"2026-{month}-{number + 1:02d}").action_post()
    draft = _invoice(env, customers[0], "2026-05-20")
    exports = env["datev.export"].create([PERIOD, PERIOD, NEXT_PERIOD])
    env.cr.commit()
    print(json.dumps({"draft": draft.id, "exports": exports.ids}))


def _invoice(env, partner, day):
    return env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": day,
            "date": day,
            "invoice_line_ids": [(0, 0, {"name": "Seife", "price_unit": 100})],
        }
    )


def _at_marking(env, action):
    """Do something in each export after everything was read and proven."""
    cls = type(env["datev.export"])
    mark = cls._mark_entries

    def marking(self, run):
        action(self.env)
        return mark(self, run)

    cls._mark_entries = marking


def export(env, export_id, waiting="0"):
    """Export as a request of the web client does: repeated where another was first.

    It takes some time where so many others are ``waiting`` for that; else it waits itself.
    """
    from odoo.service.model import retrying

    tries = []

    def hold_once(env):
        if len(tries) == 1:
            hold(env, EXPORTING, HELD, int(waiting))

    if int(waiting):
        _at_marking(env, hold_once)
    else:
        wait_for_holder(env, EXPORTING)

    def attempt():
        tries.append(1)
        env["datev.export"].browse(int(export_id)).action_export()

    retrying(attempt, env)
    env.cr.commit()
    print(json.dumps({"tries": len(tries)}))


def crash(env, export_id):
    """The process dies when the files are made and the entries are about to be marked."""
    _at_marking(env, lambda env: os.kill(os.getpid(), signal.SIGKILL))
    env["datev.export"].browse(int(export_id)).action_export()


def post(env, move_id):
    """Post an invoice of the period while it is exported."""
    wait_for_holder(env, EXPORTING)
    env["account.move"].browse(int(move_id)).action_post()
    env.cr.commit()
    print(json.dumps({"posted": True}))


def edit(env, move_id):
    """Change an item of a posted entry while it is exported."""
    from odoo.exceptions import UserError
    from odoo.service.model import retrying

    wait_for_holder(env, EXPORTING)
    line = env["account.move"].browse(int(move_id)).invoice_line_ids

    def attempt():
        line.name = "anders"
        env.flush_all()

    try:
        retrying(attempt, env)
        env.cr.commit()
        print(json.dumps({"refused": False}))
    except UserError:
        print(json.dumps({"refused": True}))


def finish(env):
    """Tell where each posted entry is, and whether files and ledger agree."""
    moves = env["account.move"].search([("state", "=", "posted"), ("date", ">=", "2026-05-01")])
    moves = moves.filtered(lambda move: move.date.month in (5, 6) and move.date.year == 2026)
    exports = env["datev.export"].search([], order="id")
    entries = env["datev.export.entry"].search([])
    changed = [len(export._changed_entries()) for export in exports if export.sha256]
    personal = env["datev.personal.account"].search([("company_id", "=", env.company.id)])
    rows = [
        sum(
            len(file.raw.split(b"\r\n")) - 3
            for file in export.attachment_ids
            if "Buchungsstapel" in file.name
        )
        for export in exports
    ]
    facts = {
        "states": exports.mapped("state"),
        "moves": exports.mapped("move_count"),
        "rows": rows,
        "entries": len(entries),
        "twice": len(entries) - len(set(entries.move_id.ids)),
        "missing": len(moves.filtered(lambda move: not move.datev_export_id)),
        "posted": len(moves),
        "changed": sum(changed),
        "personal": sorted(personal.mapped("number")),
    }
    print(json.dumps(facts))
