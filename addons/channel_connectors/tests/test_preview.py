# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from .common import ChannelCase

TABLES = ("sale_order", "sale_order_line", "res_partner", "sales_channel_order", "product_product")


class TestPreview(ChannelCase):
    """A dry run shows and writes nothing; the shadow mode compares and imports nothing."""

    def contents(self):
        self.env.flush_all()
        found = {}
        for table in TABLES:
            self.env.cr.execute(  # pylint: disable=sql-injection
                f"SELECT id, write_date, xmin::text FROM {table} ORDER BY id"
            )
            found[table] = self.env.cr.fetchall()
        return found

    def test_dry_run(self):
        self.products["KER-1"].default_code = "OTHER"
        before = self.contents()
        sequence = self.env["ir.sequence"].search([("code", "=", "sale.order")], limit=1)
        number = sequence.number_next_actual
        action = self.channel.action_preview_import()
        preview = self.env["sales.channel.preview"].browse(action["res_id"])
        self.assertEqual(self.contents(), before)
        sequence.invalidate_recordset()
        self.assertEqual(sequence.number_next_actual, number)
        lines = {line.name: line for line in preview.line_ids}
        self.assertEqual(len(lines), 18)
        first = lines["#1001"]
        self.assertEqual((first.outcome, first.customer_state), ("create", "new"))
        self.assertCents(first.amount_total, self.expected["#1001"]["total"])
        self.assertIn("2 × [HON-500] Honey 500 g: ", first.details)
        self.assertIn(self.sample()["shippingAddress"]["city"], first.details)
        self.assertEqual(lines["#1002"].outcome, "attention")
        self.assertIn("KER-1", lines["#1002"].details)
        self.assertEqual(lines["#1011"].outcome, "ignored")
        self.assertGreater(preview.attention_count, 0)

    def test_dry_run_of_known_orders(self):
        self.channel._import_orders()
        rows = self.row("#1001") | self.row("#1002")
        before = self.contents()
        action = rows.action_preview()
        preview = self.env["sales.channel.preview"].browse(action["res_id"])
        self.assertEqual(set(preview.line_ids.mapped("outcome")), {"unchanged"})
        self.assertEqual(self.contents(), before)

    def old_order(self, name, **vals):
        """An order as an older connector made it: ours, under another flag."""
        self.channel._import_orders()
        order = self.order(name).copy(
            {"client_order_ref": name, "channel_id": False, "channel_order_id": False}
        )
        for copied, line in zip(order.order_line, self.order(name).order_line, strict=True):
            copied.write({"price_unit": line.price_unit, "discount": line.discount})
            copied.extra_tax_data = line.extra_tax_data
        order.write(vals)
        return order

    def shadow(self):
        """The same shop on a channel in shadow mode."""
        channel = self.make_channel(self.sandbox.url, is_shadow=True)
        channel.tax_ids = [(0, 0, row.copy_data()[0]) for row in self.channel.tax_ids]
        orders = self.env["sale.order"].search_count([])
        self.assertFalse(channel._import_orders())
        self.assertEqual(self.env["sale.order"].search_count([]), orders)
        return channel

    def test_shadow_mode(self):
        equal = self.old_order("#1001")
        rounded = self.old_order("#1002")
        rounded.order_line[0].price_unit += 0.01
        elsewhere = self.old_order("#1005", partner_shipping_id=self.order("#1001").partner_id.id)
        short = self.old_order("#1003")
        short.order_line[-1].unlink()
        channel = self.shadow()
        rows = {row.name: row for row in channel.order_ids}
        self.assertEqual(set(channel.order_ids.mapped("state")), {"compared"})
        self.assertEqual(rows["#1001"].shadow_order_id, equal)
        self.assertEqual(rows["#1001"].shadow_state, "equal", rows["#1001"].shadow_differences)
        self.assertEqual(rows["#1002"].shadow_state, "different")
        self.assertIn("rounding", rows["#1002"].shadow_differences)
        city = self.sample("#1005")["shippingAddress"]["city"]
        self.assertIn(city, rows["#1005"].shadow_differences)
        self.assertEqual(rows["#1005"].shadow_order_id, elsewhere)
        self.assertIn("position", rows["#1003"].shadow_differences)
        self.assertEqual(rows["#1004"].shadow_state, "missing")
        self.assertEqual(rows["#1011"].shadow_state, "attention")
        self.assertFalse(channel.order_ids.sale_order_id)

    def test_go_live(self):
        """What the old system has made is never imported again, whatever the channel sends."""
        self.old_order("#1001")
        channel = self.shadow()
        channel.action_go_live()
        channel.orders_cursor = False
        self.assertFalse(channel._import_orders())
        self.assertEqual(self.row("#1001", channel).state, "compared")
        self.assertEqual(self.row("#1004", channel).state, "imported")
        self.row("#1001", channel).digest = "changed"
        channel.orders_cursor = False
        self.assertFalse(channel._import_orders())
        self.assertEqual(self.row("#1001", channel).state, "compared")
        self.assertFalse(self.order("#1001", channel))
