# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta, timezone
from math import floor

from odoo import api, fields, models

from odoo.addons.queue_job.exception import RetryableJobError

from ..channels.base import linetax
from ..channels.base.errors import ChannelError
from ..channels.base.money import ZERO
from ..channels.base.proof import (
    Amounts,
    Difference,
    DifferenceKind,
    OrderFact,
    compare_orders,
)

# A payout is given a few days until its orders are imported and invoiced.
PAYOUT_GRACE = timedelta(days=3)


class SalesChannel(models.Model):
    """The nightly proof: orders, totals, refunds, shipments, stock and payouts are equal."""

    _name = "sales.channel"
    _inherit = ["sales.channel", "mail.activity.mixin"]

    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        check_company=True,
        help="Is told of differences between the channel and us.",
    )
    prove_nightly = fields.Boolean(
        default=True,
        help="Compare orders, refunds, shipments and stock with the channel every night.",
    )
    proof_days = fields.Integer(
        default=30, help="Orders changed in the channel within so many days are compared."
    )
    proved_at = fields.Datetime("Last Proof", readonly=True, copy=False)
    difference_ids = fields.One2many(
        "sales.channel.difference",
        "channel_id",
        "Differences",
        groups="channel_connectors.group_channel_reader",
    )

    @api.model
    def _cron_prove(self):
        for channel in self.search([("prove_nightly", "=", True), ("is_shadow", "=", False)]):
            if channel._adapter_class().capabilities.proof:
                channel._enqueue_proof()

    def _enqueue_proof(self):
        self._in_background("proof", self.env._("Compare %s", self.name))._job_prove()

    def _job_prove(self):
        """Import what is new, then compare: what is only late is no difference."""
        channel = self.with_company(self.company_id)
        if channel.auto_import:
            channel._import_before_push(commit=True)
        try:
            channel._prove()
        except ChannelError as error:
            channel._note_failure(channel._explain(error))
            channel._keep(True)
            if error.kind != "auth":
                raise RetryableJobError(str(error), seconds=600) from error

    def action_prove(self):
        """Compare now."""
        self.ensure_one()
        self.check_access("write")
        self._require_setup()
        self.with_company(self.company_id)._prove()
        return self.action_view_differences()

    def action_view_differences(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_difference"
        )
        action["domain"] = [("channel_id", "=", self.id)]
        return action

    def _prove(self):
        """Compare with the channel and list what differs. Returns the open differences."""
        self.ensure_one()
        adapter = self._adapter()
        found = [*self._prove_orders(adapter), *self._prove_payouts()]
        if self.push_stock:
            found += self._prove_stock(adapter)
        differences = self._keep_differences(found)
        self.proved_at = fields.Datetime.now()
        self._announce_differences(differences)
        return differences

    # ------------------------------------------------------------------ orders
    def _prove_orders(self, adapter):
        since = fields.Datetime.now() - timedelta(days=self.proof_days)
        for facts in adapter.order_facts(since.replace(tzinfo=timezone.utc)):
            facts = [fact for fact in facts if not fact.test]
            yield from compare_orders(facts, self._get_order_facts(facts))

    def _get_order_facts(self, facts):
        """What we know of these orders, in a constant number of queries."""
        rows = self.env["sales.channel.order"].search_fetch(
            [
                ("channel_id", "=", self.id),
                ("external_id", "in", [fact.external_id for fact in facts]),
                ("sale_order_id", "!=", False),
            ],
            ["external_id", "sale_order_id"],
        )
        # sudo: the proof counts invoices and deliveries, whoever asks for it
        return {row.external_id: row.sudo()._get_fact() for row in rows}

    # ------------------------------------------------------------------- stock
    def _prove_stock(self, adapter):
        """Levels whose quantity in the channel is not what we offer, and nothing under way."""
        levels = self.env["sales.channel.stock"].search(
            [
                ("channel_id", "=", self.id),
                ("listing_id.push_stock", "=", True),
                ("location_id.warehouse_ids", "!=", False),
                ("intent_id", "=", False),
                # What is not to be offered again, or not yet, differs for a reason.
                ("relisting", "=", False),
            ]
        )
        offered = self._get_offered(levels)
        for location, rows in levels.grouped("location_id").items():
            present = {}
            for page in adapter.levels_at(location.external_id, levels._get_resting()):
                present |= page
            for row in rows:
                theirs = present.get(row.listing_id.inventory_item_id)
                if theirs != offered[row.id]:
                    yield Difference(
                        DifferenceKind.STOCK,
                        f"stock:{row.id}",
                        f"{row.listing_id.sku or row.listing_id.title}, {location.name}",
                        "–" if theirs is None else str(theirs),
                        str(offered[row.id]),
                    )

    # ----------------------------------------------------------------- payouts
    def _prove_payouts(self):
        """Payouts that are not booked or leave something on the clearing account."""
        late = fields.Date.today() - PAYOUT_GRACE
        for payout in self.payout_ids.filtered(
            lambda payout: payout.state != "cleared" and payout.date <= late
        ):
            yield Difference(
                DifferenceKind.PAYOUT,
                f"payout:{payout.id}",
                payout.name,
                f"{payout.amount_gross:.2f}",
                f"{payout.amount_gross - payout.amount_open:.2f}",
                payout.currency_id.name,
            )

    # ------------------------------------------------------------- differences
    def _keep_differences(self, found):
        """List what was found; what was not found again is solved. Returns what is open."""
        now = fields.Datetime.now()
        model = self.env["sales.channel.difference"]
        known = {row.subject: row for row in model.search([("channel_id", "=", self.id)])}
        new = []
        for difference in found:
            values = {"theirs": difference.theirs, "ours": difference.ours}
            row = known.pop(difference.subject, None)
            if row is None:
                new.append(self._prepare_difference(difference, now))
            elif row.state == "solved" or (row.theirs, row.ours) != tuple(values.values()):
                row.write({**values, "state": "open", "found_at": now, "solved_at": False})
        gone = model.browse([row.id for row in known.values() if row.state != "solved"])
        gone.write({"state": "solved", "solved_at": now})
        model.create(new)
        return model.search([("channel_id", "=", self.id), ("state", "=", "open")])

    def _prepare_difference(self, difference, now):
        kind, _separator, key = difference.subject.partition(":")
        vals = {
            "channel_id": self.id,
            "kind": kind,
            "subject": difference.subject,
            "name": difference.name,
            "theirs": difference.theirs,
            "ours": difference.ours,
            "currency_id": self._find_currency(difference.currency).id,
            "found_at": now,
        }
        if kind == "stock":
            return {**vals, "stock_id": int(key)}
        if kind == "payout":
            return {**vals, "payout_id": int(key)}
        row = self.env["sales.channel.order"].search(
            [("channel_id", "=", self.id), ("external_id", "=", key)]
        )
        return {**vals, "external_id": key, "order_id": row.sale_order_id.id}

    @api.model
    def _find_currency(self, name):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", name)]) if name else currencies

    def _announce_differences(self, differences):
        """One activity on the channel as long as something is open."""
        summary = self.env._("Differences to the channel")
        activities = self.activity_ids.filtered(lambda row: row.summary == summary)
        if not differences:
            activities.action_done()
        elif not activities:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=self.env._("%s differences were found.", len(differences)),
                user_id=(self.responsible_id or self.env.user).id,
            )

    def _fetch_again(self, external_id):
        """Ask the channel for an order again and import it."""
        self.ensure_one()
        channel = self.with_company(self.company_id)
        since = fields.Datetime.now() - timedelta(days=self.proof_days)
        adapter = channel._adapter()
        for page in adapter.order_pages(since.replace(tzinfo=timezone.utc)):
            wanted = [
                payload for payload in page.payloads if adapter.order_key(payload)[0] == external_id
            ]
            if wanted:
                channel._store_payloads(adapter, wanted)
                break
        channel.order_ids.filtered(lambda row: row.external_id == external_id)._process()
        return True


class SalesChannelOrder(models.Model):
    _inherit = "sales.channel.order"

    def _get_fact(self):
        """The order as it stands here."""
        self.ensure_one()
        order = self.sale_order_id
        total = linetax.exact(order.amount_total)
        notes = order.channel_refund_ids
        if order.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        ):
            notes = notes.filtered(lambda row: row.is_settled or row.move_id.state == "posted")
        return OrderFact(
            external_id=self.external_id,
            name=self.name,
            amounts={
                order.currency_id.name: Amounts(
                    total=total,
                    least=total,
                    refunded=sum((linetax.exact(row.amount) for row in notes), ZERO),
                )
            },
            cancelled=order.state == "cancel",
            sent=order._get_sent_pieces(),
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_sent_pieces(self):
        """Pieces that left, by line of the channel; what came back again has left too."""
        self.ensure_one()
        if not self._reports_shipments():
            return {}
        reported = self._get_reported_pieces()
        return {
            line.channel_line_id: max(
                floor(line.qty_delivered + 1e-6), reported.get(line.channel_line_id, 0)
            )
            for line in self.order_line
            if line.channel_line_id and line.qty_delivered_method == "stock_move"
        }
