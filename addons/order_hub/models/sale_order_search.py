# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.modules.db import FunctionStatus
from odoo.tools import SQL, escape_psql

# Shorter ones are in no trigram: only what begins with them is looked for.
SHORTEST_PART = 3
# No name or number is longer.
LONGEST_TERM = 120


class SaleOrder(models.Model):
    """Whatever is at hand, a name or any number, leads to the order."""

    _inherit = "sale.order"

    client_order_ref = fields.Char(index="trigram")
    hub_search = fields.Char(
        "Everything",
        store=False,
        search="_search_hub_search",
        help="Customer, order, number in the channel, tracking, lot or invoice.",
    )

    @api.model
    def _search_hub_search(self, operator, value):
        """The orders that any of the sources knows under this term.

        The sources are put together in one statement, so that each finds its few orders by its
        own index; a condition with OR would read all orders.
        """
        if operator != "ilike":
            return NotImplemented
        term = (value or "").replace("\x00", "").strip()[:LONGEST_TERM]
        if not term:
            return Domain.TRUE
        like = escape_psql(term) + "%"
        if len(term) >= SHORTEST_PART:
            like = f"%{like}"
        return Domain("id", "in", SQL("(%s)", SQL(" UNION ").join(self._get_hub_searches(like))))

    @api.model
    def _get_hub_searches(self, like):
        """Hook: a query for the ids of orders for each source of names and numbers.

        :param like: a pattern in which the characters typed stand for themselves
        """
        # sudo: whoever may see an order may find it by its lot or invoice; of the orders found
        # here, the search keeps those that the user may see.
        env = self.sudo().with_context(active_test=False).env

        def named(model, name):
            return env[model]._search(Domain(name, "=ilike", like))

        def select(model, domain, column):
            query = env[model]._search(domain)
            return query.select(SQL.identifier(query.table, column))

        def lines(path, query):
            return select("sale.order.line", Domain(path, "in", query), "order_id")

        partners = named("res.partner", "complete_name")
        return [
            select("sale.order", Domain("name", "=ilike", like), "id"),
            select("sale.order", Domain("client_order_ref", "=ilike", like), "id"),
            select("sale.order", Domain("partner_id", "in", partners), "id"),
            select("sale.order", Domain("partner_shipping_id", "in", partners), "id"),
            select("sales.channel.order", Domain("name", "=ilike", like), "sale_order_id"),
            select("stock.picking", Domain("carrier_tracking_ref", "=ilike", like), "sale_id"),
            lines("move_ids.move_line_ids.lot_id", named("stock.lot", "name")),
            lines("invoice_lines.move_id", named("account.move", "name")),
        ]


class StockPicking(models.Model):
    _inherit = "stock.picking"

    carrier_tracking_ref = fields.Char(index="trigram")


class ResPartner(models.Model):
    _inherit = "res.partner"

    @staticmethod
    def _get_trigram_index(registry):
        """For parts of the name, beside the index that lists of contacts are sorted by."""
        if not registry.has_trigram:
            return ""
        column = '"complete_name"'
        if registry.has_unaccent == FunctionStatus.INDEXABLE:
            column = registry.unaccent(column)
        return f"USING gin ({column} gin_trgm_ops)"

    _hub_name = models.Index(_get_trigram_index)
