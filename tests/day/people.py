# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What people do during the day, through what the buttons call; and the clock. Runs inside Odoo.

Each command that an exception asks for returns its acts: kind, number of documents, why.
"""

import time
from collections import Counter
from datetime import timedelta

from tests.chaos import inside

from . import proofs, setting
from .plan import CANDLE
from .shops import TEXT

ALIVE = ("pending", "enqueued", "started", "wait_dependencies")
BATCH = 25
LATER = timedelta(days=3)


# -------------------------------------------------------------------- the clock
def tick(env):
    """Time passes: pauses are over, and the jobs of every few minutes are due."""
    inside.nudge(env, inside.DUE + inside.OVER)
    env["sales.channel"]._cron_import_orders()
    env["sales.channel"]._cron_send_outgoing()
    env["sale.order"]._cron_check_orders()
    env["automatic.workflow.job"].run()


def work(env, rounds):
    """Wait until there are no jobs, or a while. Returns how many there are."""
    for _number in range(rounds):
        jobs = env["queue.job"].search_count([("state", "in", ALIVE)])
        env.cr.commit()
        if not jobs:
            break
        inside.nudge(env, inside.DUE)
        time.sleep(0.1)
    return jobs


def pending(env):
    """What is under way; nothing when all is told and done."""
    found = {
        "jobs": env["queue.job"].search([("state", "in", ALIVE)]).mapped("method_name"),
        "rows": env["sales.channel.order"].search_count([("state", "=", "new")]),
        "events": env["sales.channel.event"].search_count([("state", "=", "new")]),
        "intents": env["sales.channel.intent"].search_count(
            [("state", "in", ("waiting", "sending"))]
        ),
        "levels": env["sales.channel.stock"].search_count(
            ["|", ("is_dirty", "=", True), ("intent_id", "!=", False)]
        ),
        "changes": env["sales.channel.stock.change"].search_count([]),
    }
    return {key: value for key, value in found.items() if value}


def _trigger(env, *names):
    """Jobs of the night and the hour, in transactions of their own, of which we see the result."""
    env.cr.commit()
    for name in names:
        env.ref(name).method_direct_trigger()
    env.cr.commit()
    env.invalidate_all()


# ------------------------------------------------------------------ the office
def _orders(env):
    return env["sale.order"].search([("channel_id", "!=", False)])


def check(env):
    """The check of the materials and of the dates, as every hour."""
    _trigger(
        env, "batch_mrp_orders.ir_cron_check_materials", "batch_mrp_orders.cron_refresh_promises"
    )
    orders = _orders(env)
    return {
        "states": Counter(orders.mapped("state")),
        "materials": Counter(
            orders.filtered(lambda row: row.state == "sale").mapped("material_state")
        ),
        "blocked": len(orders.filtered("planning_block_reason")),
    }


def look_after(env):
    """What needs a person in the office before planning."""
    acts = []
    held = _orders(env).filtered(lambda order: order.blocked_by_check)
    for reason, orders in held.grouped("planning_block_reason").items():
        acts.append(["address completed", len(orders), reason])
        for order in orders:
            order.partner_shipping_id.street = f"Feldweg {order.id % 90 + 1}"
            order.partner_invoice_id.street = order.partner_shipping_id.street
        orders.action_check_order()
    lines = env["sale.order.line"].search(
        [("name", "ilike", TEXT), ("product_id.default_code", "=", CANDLE), ("state", "=", "sale")]
    )
    if lines:
        lines.is_personal = True
        acts.append(["personalised line marked", len(lines), lines[0].name.splitlines()[-1]])
    rows = env["sales.channel.order"].search([("state", "=", "attention")])
    for reason, group in rows.grouped("reason").items():
        acts.append(["looked at in the inbox", len(group), reason])
    return acts


def relist(env):
    """A listing was sold out before the shop was told of more: somebody agrees to its fee."""
    levels = env["sales.channel.stock"].search([("relisting", "=", "asked")])
    if not levels:
        return []
    problem = levels[0].problem
    levels.action_relist()
    return [["sold-out listing put on offer again", len(levels), problem]]


def call_supplier(env):
    """A supplier is late: somebody calls and notes the new date; the promises follow."""
    from odoo import fields

    late = env["purchase.order"].search(
        [("state", "=", "purchase"), ("date_planned", "<", fields.Datetime.now())]
    )
    for purchase in late:
        purchase.order_line.date_planned = fields.Datetime.now() + LATER
        purchase.picking_ids.move_ids.date = purchase.date_planned
    env.flush_all()
    check(env)
    waiting = _orders(env).filtered(lambda order: order.material_state == "expected")
    names = ", ".join(late.partner_id.mapped("name"))
    return [["supplier called, new date noted", len(late), f"{names}: {len(waiting)} orders wait"]]


def buy(env):
    """What is missing is ordered, and comes in the same morning, in a lot."""
    short = _orders(env).filtered(lambda order: order.material_state == "short")
    if not short:
        return []
    short.action_order_missing_materials()
    drafts = env["purchase.order"].search([("state", "=", "draft")])
    drafts.button_confirm()
    for picking in drafts.picking_ids:
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            for number, line in enumerate(move.move_line_ids):
                line.lot_name = f"IN-{move.id}-{number}"
        picking.move_ids.picked = True
        picking.button_validate()
        assert picking.state == "done", picking.state
    names = ", ".join(drafts.order_line.product_id.mapped("name"))
    return [["missing material bought", len(drafts), f"{names}: {len(short)} orders were short"]]


# -------------------------------------------------------------- the production
def plan(env):
    """The nightly planning of the pool."""
    _trigger(env, "batch_mrp_orders.ir_cron_plan_pool")
    runs = env["mrp.production"].search([("state", "not in", ("done", "cancel"))])
    return {"runs": len(runs), "orders": len(runs.sale_order_ids)}


def produce(env):
    """Runs are made for which everything is there, each with a lot. Returns how many."""
    todo = env["mrp.production"].search([("state", "not in", ("done", "cancel"))])
    todo.action_assign()
    ready = todo.filtered(lambda run: run.reservation_state == "assigned")
    for run in ready:
        run.qty_producing = run.product_qty
        run._set_qty_producing()
        run.move_raw_ids.picked = True
        run.with_context(skip_consumption=True).button_mark_done()
    return len(ready)


def made(env):
    """What the production has made, and how many runs wait for material."""
    runs = env["mrp.production"]
    done = runs.search([("state", "=", "done")])
    return {
        "runs": len(done),
        "lots": len(done.lot_producing_ids),
        "made": {
            product.default_code: sum(group.mapped("qty_produced"))
            for product, group in done.grouped("product_id").items()
        },
        "waiting": runs.search_count([("state", "not in", ("done", "cancel"))]),
    }


# --------------------------------------------------------------- the warehouse
def _pickings(env, *states):
    return env["stock.picking"].search(
        [("sale_id.channel_id", "!=", False), ("state", "in", states)], order="id"
    )


def pick(env):
    """Lists to pick for what is ready, walked and ticked off."""
    batches = _pickings(env, "assigned")._plan_batches(size=BATCH)
    for batch in batches:
        batch._get_pick_rows().action_toggle_picked()
    return {"batches": len(batches), "deliveries": len(batches.picking_ids)}


def block(env):
    """Quality blocks a lot of which pieces are set aside already."""
    lot = env["stock.lot"].search([("name", "=", setting.FIRST_LOT)])
    lot.action_block("Metallspan gefunden")
    return [["lot blocked", 1, f"{lot.name} {lot.product_id.name}: {lot.block_reason}"]]


def ship(env):
    """Everything that is picked leaves: labels, papers, deliveries."""
    ready = _pickings(env, "assigned").filtered("batch_id")
    run = env["stock.ship.run"]._start(ready, "ship")
    return {"run": run.id, "deliveries": len(ready)}


def shipped(env, run):
    """What became of a run at the ship desk, when its jobs are done."""
    row = env["stock.ship.run"].browse(run)
    problems = Counter(line.problem for line in row.line_ids if line.problem)
    return {"done": row.done_count, "failed": row.failed_count, "problems": problems}


def replace_lots(env):
    """Deliveries that the ship desk refused for their lot get another one, and are picked anew."""
    lines = env["stock.ship.run.line"].search([("state", "=", "failed")])
    if not lines:
        return []
    pickings = lines.picking_id.filtered(lambda picking: picking.state == "assigned")
    pickings.batch_id = False
    pickings.move_ids.picked = False
    pickings.do_unreserve()
    pickings.action_assign()
    return [["lot replaced in deliveries", len(lines.picking_id), lines[0].reason]]


def close_day(env):
    """The day at the parcel service is closed."""
    _trigger(env, "carrier_labels.ir_cron_close_day")


# --------------------------------------------------------------- the complaints
def take_back(env, kind, name):
    """A customer sends everything of an order back: complaint, goods, credit note. Where the
    shop can be told, the money goes back through it.
    """
    channel = env["sales.channel"].search([("channel_type", "=", kind)])
    sale = inside.find_sale(env, channel.id, name)
    wizard = env["order.complaint"].create(
        {
            "order_id": sale.id,
            "reason_id": env.ref("order_returns.reason_withdrawal").id,
            "operation_id": env.ref("order_returns.operation_credit_return").id,
        }
    )
    for line in wizard.line_ids:
        line.quantity = line.open_qty
    wizard.action_create()
    rmas = sale.rma_ids
    for picking in rmas.reception_move_id.picking_id:
        picking.move_ids.picked = True
        picking.button_validate()
        assert picking.state == "done", picking.state
    for rma in rmas:
        rma._decide_goods("destroy", rma.product_uom_qty, "Geöffnet")
    rmas.action_refund()
    notes = rmas.refund_id
    for note in notes:
        if note.state == "draft":
            note.action_post()
        if note._get_refundable_order():
            note._intend_channel_refund(restock=False, notify=False, exact_amount=False)
    return round(sum(notes.mapped("amount_total")) * 100)


# --------------------------------------------------------------- the bookkeeping
def compare_stock(env):
    """A night passes: all levels are compared with what the shops have."""
    env["sales.channel"]._cron_reconcile_stock()


def fetch_payouts(env):
    """Payouts of the shops, as every night."""
    env["sales.channel"]._cron_import_payouts()


def book_payouts(env):
    """Payouts are booked, and the bank statement with them is matched."""
    payouts = env["sales.channel.payout"].search([])
    payouts.sorted("date").action_book()
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    lines = env["account.bank.statement.line"].create(
        [
            {
                "journal_id": bank.id,
                "date": payout.date,
                "amount": payout.amount_net,
                "payment_ref": " ".join(filter(None, [payout.name, payout.reference])),
            }
            for payout in payouts
        ]
    )
    for line, payout in zip(lines, payouts, strict=True):
        transit = payout.channel_id.payout_account_id
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = transit
        items = payout.move_id.line_ids.filtered(lambda item, acc=transit: item.account_id == acc)
        (suspense | items).reconcile()
    return [
        ["payouts booked, bank matched", len(payouts), ", ".join(payouts.mapped("reference") or [])]
    ]


def export(env):
    """The files for the tax advisor, proven."""
    moves = env["account.move"].search([("state", "=", "posted")])
    for month in sorted({(day.year, day.month) for day in moves.mapped("date")}):
        first = min(moves.mapped("date")).replace(year=month[0], month=month[1], day=1)
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        env["datev.export"].create({"date_from": first, "date_to": last}).action_export()


COMMANDS = {
    command.__name__: command
    for command in (
        *(
            setting.install,
            setting.stock_up,
            setting.order_forest_honey,
            setting.open_parcel_service,
        ),
        *(setting.open_shop, tick, work, pending),
        *(check, look_after, relist, call_supplier, buy),
        *(plan, produce, made, pick, block, ship, shipped, replace_lots, close_day, take_back),
        *(compare_stock, fetch_payouts, book_payouts, export),
        *(proofs.collect, proofs.levels, proofs.where),
    )
}
