# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common_binding import BindingCase

OWN_TABLES = (
    "mrp_production_allocation",
    "mrp_capacity_hold",
    "sale_order_material_line",
    "consumer_move",
)


@tagged("post_install", "-at_install")
class TestConfirmationQueries(BindingCase):
    """Confirming an order costs what it costs in core: ours is done in sets."""

    @contextmanager
    def _note_own_statements(self):
        """Statements on what core does not know."""
        noted = []
        execute = Cursor.execute

        def note(self, query, *args, **kwargs):
            text = str(getattr(query, "code", query))
            if any(table in text for table in OWN_TABLES):
                noted.append(text)
            return execute(self, query, *args, **kwargs)

        with patch.object(Cursor, "execute", note):
            yield noted

    def _create_quotations(self, count):
        return self.env["sale.order"].concat(
            *(
                self._create_order((self.soap, 1), (self.card, 2), confirm=False)
                for _number in range(count)
            )
        )

    def _confirm(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        with self._note_own_statements() as noted:
            orders.action_confirm()
            self.env.flush_all()
        return noted

    def test_own_queries_do_not_grow_with_orders(self):
        few, many = self._confirm(self._create_quotations(3)), self._create_quotations(12)
        self.assertEqual(len(self._confirm(many)), len(few))

    def test_own_queries_do_not_grow_where_claims_are_guarded(self):
        for product in (self.soap, self.card):
            owner = self._create_order((product, 30))
            self._close(self._create_run(product, 40, (owner, 30)))
            owner.picking_ids.do_unreserve()
        few, many = self._create_quotations(2), self._create_quotations(6)
        counts = [len(self._confirm(orders)) for orders in (few, many)]
        self.assertEqual(self._reserved(*few, *many), [3] * 2 + [3] * 3 + [1] * 3)
        self.assertEqual(counts[0], counts[1])

    def test_own_queries_do_not_grow_with_promises(self):
        few, many = self._create_quotations(3), self._create_quotations(12)
        (few | many).action_promise()
        self.assertTrue(all((few | many).mapped("promise_date")))
        counts = [len(self._confirm(orders)) for orders in (few, many)]
        self.assertTrue(all((few | many).mapped("commitment_date")))
        self.assertFalse((few | many).order_line.capacity_hold_ids)
        self.assertEqual(counts[0], counts[1])
