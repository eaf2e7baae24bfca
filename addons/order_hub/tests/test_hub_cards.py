# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.batch_mrp_orders.tests.common import BatchCase

CHANNELS = "channel_connectors.group_channel_user"
ROLES = {
    "seller": "sales_team.group_sale_salesman_all_leads",
    "planner": "mrp.group_mrp_user",
    "store": "stock.group_stock_user",
    "books": "account.group_account_user",
    "channels": CHANNELS,
}
ORDER_CARDS = {"check", "short", "late", "to_plan", "in_production", "ready"}
MANY = ",".join([ROLES["seller"], ROLES["planner"], ROLES["store"], ROLES["books"], CHANNELS])
SPECIFICATION = {
    name: {}
    for name in ("name", "code", "count", "urgent_count", "urgent_label", "amount", "level", "note")
} | {"currency_id": {"fields": {}}}


class HubCase(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            login: new_test_user(cls.env, f"hub_{login}", groups=groups)
            for login, groups in ROLES.items()
        }
        cls.boss = new_test_user(cls.env, "hub_boss", groups=MANY)

    def cards(self, user, **context):
        self.env.flush_all()
        cards = self.env["order.hub.card"].with_user(user).with_context(**context).search([])
        return {card.code: card for card in cards}

    def open_page(self, user):
        """What the web client asks for."""
        return (
            self.env["order.hub.card"]
            .with_user(user)
            .with_context(read_group_expand=True)
            .web_read_group([], ["area"], auto_unfold=True, unfold_read_specification=SPECIFICATION)
        )

    def opened(self, card):
        action = card.action_open()
        return card.env[action["res_model"]].search(action["domain"])


class HubRecords(HubCase):
    """Something behind each card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Date.context_today(cls.env.user)
        cls._stock_up(cls.jar, 5, "HUB-READY")
        cls.ready = cls._create_order((cls.jar, 5))
        cls.ready.picking_ids.action_assign()
        cls.planned = cls._create_order((cls.jar, 8))
        cls._plan()
        cls.to_plan = cls._create_order((cls.jar, 3), (cls.bulk, 2))
        cls.short = cls._create_order((cls.jar, 4))
        cls.short.material_state = "short"
        cls.late = cls._create_order((cls.jar, 1))
        cls.late.ship_by_date = today - timedelta(days=1)
        cls.blocked = cls._create_order((cls.jar, 6))
        cls.blocked.planning_block_reason = "Ask first"
        cls.found = cls._create_order((cls.jar, 6), confirm=False)
        cls.found.check_note = "Something is wrong"
        cls._stock_up(cls.glass, 10)
        cls.shipped = cls._create_order((cls.glass, 2))
        cls._ship(cls.shipped)
        cls.make_others(today)
        cls.env.flush_all()

    @classmethod
    def make_others(cls, today):
        """What is not an order: a channel, its troubles, invoices and a lot that gets old."""
        env = cls.env
        channel = env["sales.channel"].create({"name": "Hub Shop"})
        vals = {"channel_id": channel.id, "external_id": "hub1", "name": "#HUB1"}
        env["sales.channel.order"].create(
            [
                {**vals, "state": "attention", "amount_total": 12.5},
                {**vals, "state": "imported", "external_id": "hub2"},
            ]
        )
        env["sales.channel.intent"].create(
            [
                {
                    "channel_id": channel.id,
                    "name": "Stock",
                    "kind": "stock",
                    "subject": f"hub {state} {error}",
                    "state": state,
                    "error": error,
                }
                for state, error in (
                    ("failed", "refused"),
                    ("waiting", "later"),
                    ("waiting", False),
                    ("done", False),
                )
            ]
        )
        cls.invoice = cls.shipped._create_invoices()
        cls.invoice.action_post()
        cls.invoice.invoice_date_due = today - timedelta(days=3)
        env["stock.expiry.risk"].create(
            {
                "lot_id": env["stock.lot"].search([("name", "=", "HUB-READY")]).id,
                "product_id": cls.jar.id,
                "warehouse_id": cls.warehouse.id,
                "company_id": cls.company.id,
                "last_day": today + timedelta(days=5),
                "quantity": 5,
                "risk_qty": 2,
                "risk_value": 9.5,
            }
        )


class TestHubCards(HubRecords):
    def test_each_list_shows_as_many_as_its_card(self):
        cards = self.cards(self.boss)
        for code, card in cards.items():
            with self.subTest(code):
                records = self.opened(card)
                self.assertEqual(card.count, len(records))
                self.assertLessEqual(card.urgent_count, card.count)
        self.assertGreaterEqual(
            set(cards),
            ORDER_CARDS | {"runs", "expiring", "to_ship", "shipped_today", "invoices"},
        )
        self.assertNotIn("found", cards)

    def test_what_is_behind_each_card(self):
        expected = {
            "check": self.blocked + self.found,
            "short": self.short,
            "late": self.late,
            "to_plan": self.to_plan + self.short + self.late,
            "in_production": self.planned,
            "ready": self.ready,
            "shipped_today": self.shipped.picking_ids,
            "to_ship": self.ready.picking_ids,
            "invoices": self.invoice,
        }
        cards = self.cards(self.boss)
        for code, records in expected.items():
            with self.subTest(code):
                self.assertLessEqual(set(records.ids), set(self.opened(cards[code]).ids))
        self.assertNotIn(self.shipped, self.opened(cards["ready"]))
        self.assertNotIn(self.planned, self.opened(cards["to_plan"]))

    def test_amounts_and_what_burns(self):
        cards = self.cards(self.boss)
        for code in ORDER_CARDS | {"invoices"}:
            field = "amount_residual_signed" if code == "invoices" else "amount_total"
            with self.subTest(code):
                total = sum(self.opened(cards[code]).mapped(field))
                self.assertAlmostEqual(cards[code].amount, total, 2)
        self.assertTrue(cards["invoices"].urgent_count)
        self.assertEqual(cards["invoices"].level, "danger")
        self.assertEqual(cards["shipped_today"].level, "success")
        self.assertEqual(cards["late"].urgent_count, cards["late"].count)

    def test_figures_are_never_stored(self):
        before = self.cards(self.boss)["to_plan"].count
        self._create_order((self.jar, 1))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.cards(self.boss)["to_plan"].count, before + 1)

    def test_foreign_money_is_converted(self):
        francs = self.env.ref("base.CHF")
        francs.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": francs.id, "rate": 2, "company_id": self.company.id}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Francs", "currency_id": francs.id}
        )
        before = self.cards(self.boss)["to_plan"].amount
        order = self._create_order((self.jar, 5), pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, francs)
        self.env.flush_all()
        self.env.invalidate_all()
        after = self.cards(self.boss)["to_plan"].amount
        self.assertAlmostEqual(after - before, order.amount_total / 2, 2)

    # ------------------------------------------------------------------------- rights
    def test_each_role_has_the_cards_it_can_open(self):
        expected = {
            "seller": (ORDER_CARDS | {"expiring"}, {"runs", "datev"}),
            "planner": ({"runs", "expiring"}, {"channel_orders", "datev"}),
            "store": (
                {"to_ship", "shipped_today", "expiring", "ready", "late"},
                {"channel_orders", "runs", "check", "to_plan"},
            ),
            "books": ({"invoices"}, ORDER_CARDS | {"runs", "to_ship", "shipped_today"}),
            "channels": ({"channel_orders", "channel_unsent", "check"}, {"datev"}),
        }
        for role, (there, missing) in expected.items():
            with self.subTest(role):
                cards = self.cards(self.users[role])
                self.assertLessEqual(there, set(cards))
                self.assertFalse(missing & set(cards))
                for card in cards.values():
                    self.assertEqual(card.count, len(self.opened(card)), card.code)

    def test_own_orders_only(self):
        """Who sees only his own orders counts only these."""
        seller = new_test_user(self.env, "hub_own", groups="sales_team.group_sale_salesman")
        self.to_plan.user_id = seller
        orders = self.opened(self.cards(seller)["to_plan"])
        self.assertIn(self.to_plan, orders)
        self.assertEqual(len(orders), self.cards(seller)["to_plan"].count)
        self.assertTrue(all(order.user_id in (seller, seller.browse()) for order in orders))

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Hub Other"})
        self.boss.company_ids += other
        with self.subTest("only the other"):
            cards = self.cards(self.boss, allowed_company_ids=other.ids)
            self.assertEqual({card.count for card in cards.values()}, {0})
        both = self.cards(self.boss, allowed_company_ids=[self.company.id, other.id])
        self.assertGreaterEqual(both["to_plan"].count, 3)

    def test_datev_where_it_is_installed(self):
        if "datev.export" not in self.env:
            self.assertNotIn("datev", self.env["order.hub.card"]._get_sources())
            return
        self.company.write({"datev_consultant_number": "1001", "datev_client_number": "1"})
        last = fields.Date.context_today(self.company).replace(day=1) - timedelta(days=1)
        first = last.replace(day=1)
        months = self.env["order.hub.datev.month"].with_user(self.users["books"])
        self.shipped.invoice_ids.button_draft()
        # In January its number would be of another year than its date.
        self.invoice.write({"name": False, "invoice_date": first, "date": first})
        self.invoice.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        month = months.search([("date_from", "=", first)])
        if first.month == 12:
            # Nothing was exported yet, and the year before counts only from the first export on.
            self.assertFalse(month)
            return
        self.assertEqual((month.state, month.entry_count), ("to_export", 1))
        card = self.cards(self.users["books"])["datev"]
        self.assertIn(month, self.opened(card))
        self.assertEqual(card.count, len(self.opened(card)))
        context = month.action_open_export()["context"]
        self.assertEqual((context["default_date_from"], context["default_date_to"]), (first, last))
        export = self.env["datev.export"].create({"date_from": first, "date_to": last})
        self.assertEqual(month.action_open_export()["res_id"], export.id)
        # As an export does it, whose files are not what this is about.
        export._store({"state": "exported"})
        self.env.cr.execute(
            "UPDATE account_move SET datev_export_id = %s WHERE id = %s",
            [export.id, self.invoice.id],
        )
        self.env.invalidate_all()
        self.assertEqual((month.state, month.entry_count), ("to_hand_over", 0))
        self.assertEqual(month.action_open_export()["res_id"], export.id)
        export._store({"state": "handed_over"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(months.search([("date_from", "=", first)]))

    # -------------------------------------------------------------------------- page
    def test_page_takes_few_queries(self):
        self.open_page(self.boss)
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            groups = self.open_page(self.boss)["groups"]
        areas = [group["area"] for group in groups]
        self.assertEqual(areas, ["orders", "production", "shipping", "money"])
        cards = [card for group in groups for card in group["__records"]]
        self.assertTrue(all(card["name"] for card in cards))

    def test_only_what_is_to_do(self):
        cards = self.env["order.hub.card"].with_user(self.boss)
        work = cards.search([("has_work", "=", True)])
        self.assertIn("to_plan", work.mapped("code"))
        self.assertNotIn("shipped_today", work.mapped("code"))
        rest = cards.search([("has_work", "=", False)])
        self.assertEqual(work + rest, (work + rest).filtered("code"))
        self.assertEqual(set((work + rest).ids), set(cards.search([]).ids))

    def test_search_field_of_the_page(self):
        self.to_plan.client_order_ref = "HUB%FOUND"
        self.env.flush_all()
        cards = self.env["order.hub.card"].with_user(self.boss).with_context(hub_search=["b%f"])
        card = cards.search([("order_search", "ilike", "b%f")])
        self.assertEqual(card.code, "found")
        self.assertEqual(card.count, 1)
        self.assertEqual(self.opened(card), self.to_plan)
        nothing = cards.with_context(hub_search=[{"no": "text"}])
        self.assertFalse(nothing.search([("order_search", "ilike", "b%f")]))
