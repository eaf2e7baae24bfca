# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.fields import Domain

from ..planning.netting import net


class MrpPlanning(models.AbstractModel):
    _inherit = "mrp.planning"

    @api.model
    def _get_expected_service(self, products, warehouse):
        """Who will get what is in stock of ``products``, and what is on its way.

        Goods made to stock are for everybody: the earliest due are served first, from
        stock before expected goods, and these in the order of their dates. Nothing is
        claimed by this.

        :return: engine plan; its shortages are what nothing on its way covers yet
        """
        self = self.sudo()  # who is served by what depends on all documents, whoever asks
        runs = self._get_open_runs(warehouse)
        # Personalised goods are never taken from stock.
        domain = (
            Domain("warehouse_id", "=", warehouse.id)
            & Domain("product_id", "in", products.ids)
            & Domain("is_personal", "=", False)
        )
        demands = [
            *(need for need in self._get_run_demands(runs) if need.product in products.ids),
            *self._get_pool_demands(domain),
        ]
        supplies = [
            *self._get_stock_supplies(products, warehouse),
            *self._get_run_supplies(runs.filtered(lambda run: run.product_id in products)),
            *self._get_receipt_supplies(products, warehouse),
        ]
        return net(demands, supplies, {}, pooled=False)


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    expected_order_ids = fields.Many2many(
        "sale.order",
        compute="_compute_expected_order_ids",
        string="Orders to Serve",
        help="Orders that goods made to stock in this run will probably go to: the earliest due "
        "first, stock before runs. Nobody has a claim on them.",
    )
    expected_order_count = fields.Integer(compute="_compute_expected_order_ids")

    @api.depends("orderpoint_id", "state", "date_finished", "product_qty")
    def _compute_expected_order_ids(self):
        self.expected_order_ids = False
        runs = self.filtered(lambda run: run.id and run.orderpoint_id and run._makes_goods())
        for warehouse, group in runs.grouped(lambda run: run.warehouse_id).items():
            plan = self.env["mrp.planning"]._get_expected_service(group.product_id, warehouse)
            for run in group:
                lines = self.env["sale.order.line"].browse(
                    peg.need.consumer[1]
                    for peg in plan.pegs
                    if peg.source == ("run", run.id) and peg.need.consumer[0] == "line"
                )
                run.expected_order_ids = lines.order_id
        for run in self:
            run.expected_order_count = len(run.expected_order_ids)

    def _makes_goods(self):
        return self.state in ("confirmed", "progress", "to_close")

    def action_view_expected_service(self):
        """Show who will get what this run makes to stock."""
        self.ensure_one()
        return self.env["mrp.expected.service"]._open(
            self.product_id,
            self.warehouse_id,
            self.env._("Served by %s", self.name),
            [("production_id", "=", self.id)],
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    waits_for_stock = fields.Boolean(
        compute="_compute_waits_for_stock",
        compute_sudo=True,
        help="The order waits for goods that are made to stock.",
    )

    @api.depends("production_status", "order_line.product_id")
    def _compute_waits_for_stock(self):
        waiting = self._get_demand_from_stock().order_id
        for order in self:
            order.waits_for_stock = order in waiting

    def _get_demand_from_stock(self):
        """What these orders wait for that is made to stock."""
        # By line, not by order: so the database looks at the moves of these lines only.
        return self.env["mrp.demand"].search(
            [("sale_line_id", "in", self.order_line.ids), ("planning_policy", "=", "stock")]
        )

    def action_view_expected_service(self):
        """Show what will serve the lines of this order that wait for goods made to stock."""
        self.ensure_one()
        demand = self._get_demand_from_stock()
        return self.env["mrp.expected.service"]._open(
            demand.product_id,
            demand.warehouse_id[:1] or self.warehouse_id,
            self.env._("Made to Stock for %s", self.name),
            [("sale_line_id", "in", demand.sale_line_id.ids)],
        )
