# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tracing.genealogy import Direction, Goods, Use, trace
from ..tracing.shipment import Shipment, spread_returns

# Looked up for each row, by the index: the planner cannot know how few rows a lot leads to, and
# would rather read whole tables. OFFSET 0 keeps it from doing so.
LINKS = """
    LATERAL (SELECT %(columns)s FROM stock_move_line line
              WHERE line.lot_id = traced.lot_id AND %(counts)s OFFSET 0) near
    CROSS JOIN LATERAL (SELECT %(far_column)s AS line_id FROM stock_move_line_consume_rel
                         WHERE %(near_column)s = near.id OFFSET 0) link
    CROSS JOIN LATERAL (SELECT %(columns)s FROM stock_move_line line
                         WHERE line.id = link.line_id AND %(counts)s OFFSET 0) far
"""
LINE = "line.id, line.lot_id, line.product_id, line.move_id, line.quantity_product_uom, line.date"
# Core gives the columns of the relation the names of the opposite ends: ``consume_line_id`` is
# the line that was made, ``produce_line_id`` the one that was used for it.
USED, MADE = SQL("produce_line_id"), SQL("consume_line_id")
MOVE = "LATERAL (SELECT * FROM stock_move WHERE id = %s OFFSET 0)"
PRODUCT_UNIT = """
    SELECT template.uom_id
      FROM product_product product
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE product.id = %s
"""
# What a vendor sends straight to a customer has the vendor as partner.
RECIPIENT = """
    CASE WHEN line.source_usage = 'supplier' THEN sale.partner_shipping_id
         ELSE COALESCE(picking.partner_id, move.partner_id, sale.partner_shipping_id) END
"""
# Whoever may see other lots or documents must not get what somebody else has read.
depends_on_user = api.depends_context("uid", "allowed_company_ids")


class StockLot(models.Model):
    """What a lot was made of, what was made of it, and who has got it, over all levels.

    Only goods moved in the companies that are selected count, and only lots and documents
    the user may read are shown. The fields are computed as superuser, because what the queries
    have found is what the user may read already: the ORM would read every record to check it
    again. With ``sudo()`` the methods find everything, the fields what the user may read.
    """

    _inherit = "stock.lot"

    upstream_lot_ids = fields.Many2many(
        "stock.lot",
        string="Made From",
        compute="_compute_upstream",
        compute_sudo=True,
        help="All lots that went into this one, over all levels.",
    )
    upstream_lot_count = fields.Integer("Lots Used", compute="_compute_upstream", compute_sudo=True)
    downstream_lot_ids = fields.Many2many(
        "stock.lot",
        string="Went Into",
        compute="_compute_downstream",
        compute_sudo=True,
        help="All lots this one went into, over all levels.",
    )
    downstream_lot_count = fields.Integer(
        "Lots Made", compute="_compute_downstream", compute_sudo=True
    )
    shipment_ids = fields.Many2many(
        "stock.picking",
        string="Shipments",
        compute="_compute_downstream",
        compute_sudo=True,
        help="Transfers to customers with this lot or anything made from it.",
    )
    shipment_count = fields.Integer(
        "Number of Shipments", compute="_compute_downstream", compute_sudo=True
    )
    customer_ids = fields.Many2many(
        "res.partner",
        string="Recipients",
        compute="_compute_downstream",
        compute_sudo=True,
        context={"active_test": False},
        help="Who has received this lot or anything made from it.",
    )
    customer_count = fields.Integer(
        "Number of Recipients", compute="_compute_downstream", compute_sudo=True
    )
    # Core knows the orders of the lot itself only, with a check of access for each line.
    sale_order_ids = fields.Many2many(compute="_compute_downstream", compute_sudo=True)
    sale_order_count = fields.Integer(compute="_compute_downstream", compute_sudo=True)
    # Core searches level by level, and counts what went back to vendors as shipped.
    delivery_ids = fields.Many2many(compute_sudo=True)
    delivery_count = fields.Integer(compute="_compute_delivery_ids", compute_sudo=True)
    partner_ids = fields.Many2many(compute_sudo=True, context={"active_test": False})

    @depends_on_user
    def _compute_upstream(self):
        reached = self.sudo(False)._get_reached_lots(Direction.UPSTREAM)
        for lot in self:
            lot.upstream_lot_ids = self.browse(reached[lot._origin.id])
            lot.upstream_lot_count = len(reached[lot._origin.id])

    @depends_on_user
    def _compute_downstream(self):
        lots = self.sudo(False)
        reached = lots._get_reached_lots(Direction.DOWNSTREAM)
        pickings, partners, orders = defaultdict(dict), defaultdict(dict), defaultdict(dict)
        for shipment in reversed(lots._get_shipment_lines(reached)):
            pickings[shipment.root_id][shipment.picking_id] = True
            partners[shipment.root_id][shipment.partner_id] = True
            orders[shipment.root_id][shipment.order_id] = True
        for lot in self:
            root = lot._origin.id
            lot.downstream_lot_ids = self.browse(reached[root])
            lot.downstream_lot_count = len(reached[root])
            lot.shipment_ids = self._browse("stock.picking", pickings[root])
            lot.shipment_count = len(lot.shipment_ids)
            lot.customer_ids = self._browse("res.partner", partners[root])
            lot.customer_count = len(lot.customer_ids)
            lot.sale_order_ids = self._browse("sale.order", orders[root])
            lot.sale_order_count = len(lot.sale_order_ids)

    @depends_on_user
    def _compute_delivery_ids(self):
        for lot in self:
            lot.delivery_ids = lot.shipment_ids
            lot.delivery_count = lot.shipment_count

    @depends_on_user
    def _compute_partner_ids(self):
        for lot in self:
            lot.partner_ids = lot.customer_ids

    def _browse(self, model, ids):
        return self.env[model].browse(record_id for record_id in ids if record_id)

    # ------------------------------------------------------------------- queries
    def _get_genealogy(self, direction):
        """What these lots were made of, or what was made of them, level by level.

        One query for all lots. Goods that are not tracked are steps without a lot; what was
        taken apart counts as used for what came out of it. Lots that came in by a receipt,
        also from a subcontractor, keep their links if the number is the same.

        :param Direction direction:
        :return: list of ``tracing.genealogy.Step``, by root in the order of ``self``, the
            nearest level first; quantities are ``Decimal`` in the unit of the product
        """
        roots = self._origin.ids
        return trace(roots, self._read_uses(roots, direction), direction)

    def _get_shipment_lines(self, reached=None):
        """What was shipped of these lots and of everything made from them.

        Two queries for all lots, one of them recursive. A line is listed once for each of
        ``self`` that it has goods of: add up over ``move_line_id``, not over all rows. What
        went to vendors is no shipment. Goods sent back without reference to a transfer are not
        among ``returned``.

        :param reached: what ``_get_reached_lots`` has found downstream, if it is known
        :return: list of ``tracing.shipment.Shipment``, the oldest first
        """
        if reached is None:
            reached = self._get_reached_lots(Direction.DOWNSTREAM)
        roots = defaultdict(list)
        for root_id in self._origin.ids:
            for lot_id in (root_id, *reached[root_id]):
                roots[lot_id].append(root_id)
        if not roots:
            return []
        self._flush_goods()
        if not self.env.su:
            # The rule on partners asks for this field, and would read all others with it.
            self.env.companies.sudo().fetch(["parent_path"])
        rows = self.env.execute_query(self._get_shipment_query(list(roots)))
        return spread_returns(
            Shipment(root, *row[:9], Decimal(row[9]), Decimal(row[10]), *row[11:])
            for row in rows
            for root in roots[row[0]]
        )

    def _get_reached_lots(self, direction):
        """Ids of the lots reached by root id, oldest first, without the root itself."""
        reached = defaultdict(list)
        if roots := self._origin.ids:
            self._flush_goods()
            for root_id, lot_id in self.env.execute_query(
                SQL(
                    """
                    WITH RECURSIVE traced(root_id, lot_id) AS (%s)
                    SELECT root_id, lot_id FROM traced
                     WHERE lot_id != root_id AND EXISTS %s
                     ORDER BY lot_id
                    """,
                    self._get_trace_query(roots, direction),
                    self._look_up("stock.lot", SQL("traced.lot_id")),
                )
            ):
                reached[root_id].append(lot_id)
        return reached

    @api.model
    def _read_uses(self, roots, direction):
        """The uses between everything reached from ``roots``."""
        if not roots:
            return []
        self._flush_goods()
        uses = []
        for row in self.env.execute_query(self._get_use_query(roots, direction)):
            near = Goods(*row[:4], Decimal(row[4]))
            far = Goods(*row[5:9], Decimal(row[9]))
            ends = (near, far) if direction is Direction.DOWNSTREAM else (far, near)
            uses.append(Use(*ends, *row[10:]))
        return uses

    @api.model
    def _get_use_query(self, roots, direction):
        """Rows of the links that lead away from what is reached."""
        return SQL(
            """
            WITH RECURSIVE traced(lot_id) AS (%(trace)s)
            SELECT near.id, near.lot_id, near.product_id, (%(near_uom)s),
                   near.quantity_product_uom::text,
                   far.id, far.lot_id, far.product_id, (%(far_uom)s),
                   far.quantity_product_uom::text,
                   COALESCE(move.production_id, move.raw_material_production_id),
                   COALESCE(move.unbuild_id, move.consume_unbuild_id),
                   GREATEST(near.date, far.date)
              FROM traced
             CROSS JOIN %(links)s
             CROSS JOIN %(move)s move
             WHERE far.lot_id IS NULL OR EXISTS %(readable)s
             ORDER BY near.id, far.id
            """,
            trace=self._get_trace_query(roots, direction, with_root=False),
            links=self._get_links(direction),
            near_uom=SQL(PRODUCT_UNIT, SQL("near.product_id")),
            far_uom=SQL(PRODUCT_UNIT, SQL("far.product_id")),
            move=SQL(MOVE, SQL("near.move_id")),
            readable=self._look_up("stock.lot", SQL("far.lot_id")),
        )

    @api.model
    def _get_trace_query(self, roots, direction, with_root=True):
        """Body of a recursive query ``traced``: all that is reached from the lots ``roots``.

        UNION drops what was reached before, so that circles end.
        """
        return SQL(
            """
            SELECT %(seed)s lot.id FROM stock_lot lot WHERE lot.id = ANY(%(roots)s)
             UNION
            SELECT %(carry)s far.lot_id FROM traced CROSS JOIN %(links)s
             WHERE far.lot_id IS NOT NULL
            """,
            seed=SQL("lot.id,") if with_root else SQL(),
            carry=SQL("traced.root_id,") if with_root else SQL(),
            roots=roots,
            links=self._get_links(direction),
        )

    @api.model
    def _get_links(self, direction):
        """What each lot of ``traced`` (``near``) was used for, or made of (``far``)."""
        near, far = (USED, MADE) if direction is Direction.DOWNSTREAM else (MADE, USED)
        return SQL(
            LINKS,
            columns=SQL(LINE),
            counts=self._get_done_condition("line"),
            near_column=near,
            far_column=far,
        )

    @api.model
    def _get_done_condition(self, line):
        """Move lines that count: goods that were moved in the selected companies."""
        return SQL(
            "%(line)s.state = 'done' AND %(line)s.quantity_product_uom > 0"
            " AND %(line)s.company_id = ANY(%(companies)s)",
            line=SQL.identifier(line),
            companies=self.env.companies.ids,
        )

    @api.model
    def _get_shipment_query(self, lots):
        """Rows of the lines shipped, found before what else is known of them is looked up."""
        return SQL(
            """
            WITH shipped AS MATERIALIZED (
                SELECT line.*, source.usage AS source_usage
                  FROM stock_move_line line
                  JOIN stock_location source ON source.id = line.location_id
                  JOIN stock_location destination ON destination.id = line.location_dest_id
                 WHERE line.lot_id = ANY(%(lots)s) AND %(counts)s AND %(leaves)s
            )
            SELECT line.lot_id, line.product_id, (%(uom)s), line.id, line.move_id, picking.id,
                   partner.id, sale.id, CASE WHEN sale.id IS NOT NULL THEN sold.id END,
                   line.quantity_product_uom::text, COALESCE((%(returned)s), 0)::text,
                   line.date, line.company_id
              FROM shipped line
             CROSS JOIN %(moves)s move
              LEFT JOIN LATERAL %(pickings)s picking ON TRUE
              LEFT JOIN sale_order_line sold ON sold.id = move.sale_line_id
              LEFT JOIN LATERAL %(orders)s sale ON TRUE
              LEFT JOIN LATERAL %(partners)s partner ON TRUE
             ORDER BY line.date, line.id
            """,
            lots=lots,
            counts=self._get_done_condition("line"),
            leaves=self._get_leaving_condition(),
            uom=SQL(PRODUCT_UNIT, SQL("line.product_id")),
            returned=self._get_return_query(),
            moves=SQL(MOVE, SQL("line.move_id")),
            pickings=self._look_up(
                "stock.picking", SQL("line.picking_id"), "partner_id", "sale_id"
            ),
            orders=self._look_up(
                "sale.order",
                SQL("COALESCE(sold.order_id, picking.sale_id)"),
                "partner_shipping_id",
            ),
            partners=self._look_up("res.partner", SQL(RECIPIENT)),
        )

    @api.model
    def _get_leaving_condition(self):
        """To customers, and to other companies through a location that belongs to none."""
        outside = (
            "(%(end)s.usage = 'customer'"
            " OR %(end)s.usage = 'transit' AND %(end)s.company_id IS NULL)"
        )
        return SQL(
            "%s AND NOT %s",
            SQL(outside, end=SQL("destination")),
            SQL(outside, end=SQL("source")),
        )

    @api.model
    def _get_return_query(self):
        """What has come back of the lot of ``line`` by returns of its move."""
        return SQL(
            """
            SELECT SUM(back_line.quantity_product_uom)
              FROM stock_move back_move
              JOIN stock_move_line back_line
                ON back_line.move_id = back_move.id AND back_line.lot_id = line.lot_id
              JOIN stock_location back_source ON back_source.id = back_line.location_id
             WHERE back_move.origin_returned_move_id = line.move_id
               AND back_source.usage IN ('customer', 'transit')
               AND %s
            """,
            self._get_done_condition("back_line"),
        )

    @api.model
    def _look_up(self, model, record_id, *columns):
        """The record of an id if the user may read it, also an archived one: a subselect."""
        records = self.env[model]
        if records.has_access("read"):
            query = records._search(Domain.TRUE, active_test=False)
        else:
            query = records.browse()._as_query()
        query.add_where(SQL("%s = %s", SQL.identifier(records._table, "id"), record_id))
        names = (SQL.identifier(records._table, column) for column in ("id", *columns))
        return SQL("(%s OFFSET 0)", query.select(*names))

    @api.model
    def _flush_goods(self):
        for model in ("stock.move.line", "stock.move", "stock.picking", "sale.order.line"):
            self.env[model].flush_model()
