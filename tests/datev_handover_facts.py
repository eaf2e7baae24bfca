# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the tests of hand-overs and imports at the same time run inside Odoo, in processes."""

import base64
import json
import os
import signal
from pathlib import Path
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.service.model import retrying

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from tests.together import hold, meet_at, wait_for_holder

SENDING = 190_061  # advisory lock held while a mail is on its way
HELD = 2.0  # seconds it is on its way
FILE = (
    b'"EXTF";700;21;"Buchungsstapel";12;20261103080000000;;"KR";"";"";29098;55003;20260101;4;'
    b'20261001;20261031;"Abschluss";"";1;0;0;"EUR";;"";;;"03";;;"";""\r\n'
    b"Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Konto;"
    b"Gegenkonto (ohne BU-Schl\xfcssel);BU-Schl\xfcssel;Belegdatum;Belegfeld 1;Buchungstext\r\n"
    b'1200,00;"S";4830;0420;;3110;AfA10;"AfA Oktober"\r\n'
)


def set_up_handover(env):
    """An exported month and an advisor with an e-mail address."""
    advisor = env["res.partner"].create({"name": "Kanzlei", "email": "kanzlei@example.com"})
    env.company.write(
        {
            "datev_consultant_number": "29098",
            "datev_client_number": "55003",
            "datev_advisor_id": advisor.id,
            "email": "firma@example.com",
        }
    )
    customer = env["res.partner"].create({"name": "Kundin"})
    env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": "2026-07-03",
            "invoice_line_ids": [(0, 0, {"name": "Seife", "price_unit": 100})],
        }
    ).action_post()
    export = env["datev.export"].create({"date_from": "2026-07-01", "date_to": "2026-07-31"})
    export.action_export()
    # Other processes then find the sheet made, as after a first look at the files.
    export._get_sheet()
    env.cr.commit()
    print(json.dumps({"export": export.id, "state": export.state}))


def hand_over(env, export_id, box, ending, again="no"):
    """Send the export; `ending` says what becomes of the process when the mail is out."""

    def send(_server, message, *_arguments, **_options):
        # One line for each mail that a mail server has taken.
        with Path(box).open("a") as sent:
            sent.write(f"{message['Subject']}\n")
        if ending == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if ending == "slow":
            hold(env, SENDING, HELD)
        return message["Message-Id"]

    export = env["datev.export"].browse(int(export_id))
    if ending == "meanwhile":
        wait_for_holder(env, SENDING)
    result = "handed over"
    with (
        patch.object(IrMail_Server, "_connect__", lambda *_arguments, **_options: None),
        patch.object(IrMail_Server, "send_email", send),
    ):
        try:
            retrying(lambda: export._hand_over_by_mail(encrypt=False, again=again == "yes"), env)
            env.cr.commit()
        except UserError:
            env.cr.rollback()
            result = "refused"
    env.invalidate_all()
    print(json.dumps({"result": result, "state": export.state}))


def state(env, export_id):
    """How the export stands, and how often its hand-over is noted."""
    export = env["datev.export"].browse(int(export_id))
    notes = export.message_ids.filtered(lambda message: "SHA-256" in (message.body or ""))
    print(json.dumps({"state": export.state, "notes": len(notes)}))


def set_up_import(env):
    """A file of the advisor that has been read."""
    env.company.write({"datev_consultant_number": "29098", "datev_client_number": "55003"})
    record = env["datev.import"].create(_values())
    env.cr.commit()
    print(json.dumps({"import": record.id}))


def _values(content=FILE):
    return {"file": base64.b64encode(content), "file_name": "EXTF_Abschluss.csv"}


def take_over(env, import_id, number):
    """Make the entries of a file that two bookkeepers have before them."""
    record = env["datev.import"].browse(int(import_id))
    record.read(["state"])
    meet_at(env, SENDING + 1, workers=2)
    print(json.dumps({"result": _try(env, record.action_import), "worker": number}))


def read_file(env, number):
    """Read a file that another bookkeeper reads at this moment."""
    other = FILE.replace(b"AfA10", b"AfA11")
    env["datev.import"].search_count([])
    meet_at(env, SENDING + 2, workers=2)
    result = _try(env, lambda: env["datev.import"].create(_values(other)))
    print(json.dumps({"result": result, "worker": number}))


def _try(env, function):
    try:
        retrying(function, env)
        env.cr.commit()
    except (UserError, IntegrityError) as error:
        env.cr.rollback()
        return type(error).__name__
    return "done"


def imported(env):
    """Entries made of the advisor's files, and files read."""
    moves = env["account.move"].search([("datev_import_id", "!=", False)])
    print(json.dumps({"moves": len(moves), "files": env["datev.import"].search_count([])}))
