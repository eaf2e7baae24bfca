# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""All prints and mails as a German reads them, after the main job. Runs inside Odoo."""

import json

from dateutil.relativedelta import relativedelta
from lxml import html

from odoo import Command, fields

from tools.manifests import own_names

GERMAN = "de_DE"
# What people print every day and core or an addon of the OCA brings.
OTHERS = (
    "sale.action_report_saleorder",
    "stock.action_report_delivery",
    "stock.action_report_picking",
    "account.account_invoices",
    "mrp.action_report_production_order",
)
CHOICE = {
    "stock.picking": [("state", "=", "done")],
    "account.move": [("move_type", "=", "out_invoice")],
}
MOST = 4  # documents of each kind


def collect(env, echo) -> None:
    """Tell the visible text of each print and each mail."""
    env["res.partner"].search([]).write({"lang": GERMAN})
    env = env(context={**env.context, "lang": GERMAN})
    _missing_documents(env)
    told = {}
    for report in _reports(env):
        records = _records(env[report.model])
        told[f"print {report.report_name}"] = [_print(report, record) for record in records]
    for template in _own(env, "mail.template"):
        records = _records(env[template.model])
        told[f"mail {template.get_external_id()[template.id]}"] = [
            text for record in records for text in _mail(template, record)
        ]
    echo(json.dumps(told))


def _own(env, model):
    data = env["ir.model.data"].search([("model", "=", model), ("module", "in", own_names())])
    return env[model].browse(sorted(data.mapped("res_id")))


def _reports(env):
    others = [env.ref(name).id for name in OTHERS]
    return (_own(env, "ir.actions.report") | env["ir.actions.report"].browse(others)).filtered(
        lambda report: report.report_type == "qweb-pdf"
    )


def _records(model):
    """The newest that are done, for what they print."""
    return model.search(CHOICE.get(model._name, []), order="id desc", limit=MOST)


def _print(report, record):
    page, _kind = report._render_qweb_html(report.report_name, record.ids)
    return _visible(page.decode())


def _mail(template, record):
    for field in ("subject", "body_html"):
        text = template._render_field(field, record.ids, compute_lang=True)[record.id]
        yield _visible(str(text)) if text else ""


def _visible(page):
    """What somebody sees of a page, blanks as one."""
    tree = html.fromstring(f"<div>{page}</div>")
    for hidden in tree.xpath("//script | //style | //head"):
        hidden.drop_tree()
    return " ".join(" ".join(tree.itertext()).split())


def _missing_documents(env):
    """One of each kind that the main job does not make."""
    order = (
        env["sale.order"]
        .search([("production_status", "=", "done")])
        .filtered(lambda order: order.delivered_lot_ids)[:1]
    )
    picking = order.picking_ids.filtered(lambda picking: picking.state == "done")[:1]
    lot = order.delivered_lot_ids[:1]
    lot.expiration_date = fields.Datetime.now() + relativedelta(years=1)
    env["datev.setup"].action_open()
    lot.action_print_labels()
    lot.action_trace_downstream()
    env["stock.recall"].create({"lot_ids": lot.ids, "reason": "Glas"}).action_activate()
    waiting = order.copy()
    waiting.action_confirm()
    waiting.picking_ids.action_assign()
    env["stock.picking.batch"].create(
        {
            "picking_type_id": picking.picking_type_id.id,
            "picking_ids": waiting.picking_ids.ids,
        }
    )
    today = fields.Date.today()
    rule = env["sale.order.notice.rule"].search([], limit=1)
    rule.show_lots = True
    env["sale.order.notice"].create(
        [
            {
                "order_id": order.id,
                "company_id": order.company_id.id,
                "kind": kind,
                "told_date": today,
                "picking_id": picking.id,
                "rule_id": rule.id,
            }
            for kind in ("in_production", "delayed", "shipped", "delivered")
        ]
    )
    invoice = order.invoice_ids[:1]
    items = {
        "move_id": invoice.id,
        "date_due": today - relativedelta(days=10),
        "amount_open": 1234.5,
        "currency_id": invoice.currency_id.id,
        "level_id": env["payment.reminder.level"].search([], limit=1).id,
    }
    env["payment.reminder"].create(
        {
            "company_id": order.company_id.id,
            "partner_id": order.partner_id.id,
            "date": today,
            "kind": "invoice",
            "level_id": items["level_id"],
            "currency_id": invoice.currency_id.id,
            "fee_amount": 5,
            "line_ids": [Command.create(items)],
        }
    )
    env.flush_all()
