# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import json

from odoo import api, fields, models
from odoo.tools import SQL

HELD = (
    "sale_line_id",
    "order_id",
    "company_id",
    "warehouse_id",
    "expires_on",
    "workcenter_id",
    "date_from",
    "date_to",
    "product_id",
    "quantity",
    "production_id",
    "move_id",
    "good_until",
)


class MrpCapacityHold(models.Model):
    """Material or working time kept for a quotation as long as its promise is held."""

    _name = "mrp.capacity.hold"
    _description = "Promise Hold"
    _order = "expires_on, id"
    _check_company_auto = True

    sale_line_id = fields.Many2one(
        "sale.order.line", "Order Line", required=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(
        related="sale_line_id.order_id", store=True, index=True, string="Sales Order"
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, ondelete="cascade", check_company=True
    )
    expires_on = fields.Datetime(
        required=True, index=True, help="From then on others may have what is held."
    )
    workcenter_id = fields.Many2one(
        "mrp.workcenter", "Work Center", ondelete="cascade", check_company=True
    )
    date_from = fields.Datetime("From")
    date_to = fields.Datetime("To")
    product_id = fields.Many2one("product.product", ondelete="cascade")
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(digits="Product Unit")
    production_id = fields.Many2one(
        "mrp.production",
        "From Run",
        ondelete="set null",
        check_company=True,
        help="The open run whose surplus is held; empty for stock.",
    )
    move_id = fields.Many2one(
        "stock.move",
        "From Receipt",
        ondelete="set null",
        check_company=True,
        help="The expected receipt that is held; empty for stock.",
    )
    good_until = fields.Date(help="Stock of this shelf life is held; empty if it keeps.")

    _one_subject = models.Constraint(
        "CHECK ((workcenter_id IS NOT NULL AND date_from < date_to AND product_id IS NULL)"
        " OR (product_id IS NOT NULL AND quantity > 0 AND workcenter_id IS NULL))",
        "A hold keeps either a span on a work center or a quantity of a product.",
    )

    @api.depends("workcenter_id.name", "product_id.display_name", "order_id.name")
    def _compute_display_name(self):
        for hold in self:
            subject = hold.workcenter_id or hold.product_id
            hold.display_name = f"{hold.order_id.name}: {subject.display_name}"

    @api.model
    def _get_valid(self, warehouse):
        """Holds that count: those of ``warehouse`` for material, all for work centres."""
        return self.search_fetch(
            [
                ("expires_on", ">", fields.Datetime.now()),
                ("company_id", "=", warehouse.company_id.id),
                "|",
                ("warehouse_id", "=", warehouse.id),
                ("workcenter_id", "!=", False),
            ]
        )

    @api.model
    def _replace(self, lines, values_list):
        """Have ``lines`` hold ``values_list`` instead of what they held, in one statement.

        Only the system keeps holds, some 40 for an order. What the values of a hold do
        not name is empty.
        """
        self.flush_model()
        gone = statement = SQL(
            "DELETE FROM mrp_capacity_hold WHERE sale_line_id = ANY(%s)", lines.ids
        )
        if values_list:
            statement = SQL(
                """
                WITH gone AS (%(gone)s)
                INSERT INTO mrp_capacity_hold (
                    %(columns)s, create_uid, write_uid, create_date, write_date
                )
                SELECT %(columns)s, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM json_populate_recordset(NULL::mrp_capacity_hold, %(rows)s)
                """,
                gone=gone,
                columns=SQL(", ").join(map(SQL.identifier, HELD)),
                uid=self.env.uid,
                now=fields.Datetime.now(),
                rows=json.dumps(values_list, default=str),
            )
        self.env.cr.execute(statement)
        self.invalidate_model()
        lines.invalidate_recordset(["capacity_hold_ids"], flush=False)

    @api.autovacuum
    def _gc_expired(self):
        self.search([("expires_on", "<=", fields.Datetime.now())]).unlink()
