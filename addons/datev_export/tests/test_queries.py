# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import tagged

from .common import DatevCase


@tagged("post_install", "-at_install")
class TestQueries(DatevCase):
    def count(self, number, day):
        """Queries to check a month with `number` invoices and a payment each."""
        for _index in range(number):
            self.pay(self.invoice(self.line(100), self.line(7, "ust_7"), day=day), day=day)
        export = self.export(f"{day[:7]}-01", f"{day[:7]}-28", export=False)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        export.action_check()
        self.env.flush_all()
        self.assertEqual(export.move_count, 2 * number)
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_entries(self):
        self.count(1, "2026-06-05")
        few = self.count(2, "2026-07-06")
        many = self.count(12, "2026-08-06")
        self.assertEqual(few, many)
        self.assertLess(many, 60)
