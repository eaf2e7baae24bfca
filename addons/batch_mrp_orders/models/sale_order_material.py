# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

# Lines are edited one after the other; the check waits until the hand rests.
RECHECK_DELAY = timedelta(seconds=30)
RECHECK_BATCH = 200


class SaleOrder(models.Model):
    _inherit = "sale.order"

    material_state = fields.Selection(
        [("available", "Available"), ("expected", "Expected"), ("short", "Short")],
        copy=False,
        index=True,
        help="Result of the last material check over all recipe levels.",
    )
    material_checked_on = fields.Datetime("Materials Checked", copy=False, readonly=True)
    material_check_due = fields.Boolean(
        copy=False, index="btree_not_null", help="The order has changed since the last check."
    )
    material_line_ids = fields.One2many("sale.order.material.line", "order_id", copy=False)
    material_purchase_ids = fields.Many2many(
        "purchase.order",
        compute="_compute_material_purchase_ids",
        compute_sudo=True,
        string="Purchases for This Order",
    )
    material_purchase_count = fields.Integer(
        compute="_compute_material_purchase_ids", compute_sudo=True
    )

    @api.depends("stock_reference_ids.purchase_ids")
    def _compute_material_purchase_ids(self):
        for order in self:
            order.material_purchase_ids = order.stock_reference_ids.purchase_ids
            order.material_purchase_count = len(order.material_purchase_ids)

    # -------------------------------------------------------------------- check
    def action_check_materials(self):
        """Check over all recipe levels whether the orders can be made.

        Works on quotations and confirmed orders, many at once; earlier due dates
        take stock and receipts first. Fills ``material_line_ids`` and
        ``material_state``.
        """
        self.check_access("read")
        # sudo: the check looks at stock, receipts, runs and recipes as a whole, also for
        # sales staff who may not read all of these.
        orders = self.sudo().filtered(lambda order: order.state != "cancel")
        for warehouse, group in orders.grouped("warehouse_id").items():
            results = orders.env["mrp.planning"]._check_materials(group, warehouse)
            group._write_material_check(results)
        return True

    def _write_material_check(self, results):
        """Replace the requirements of the orders by ``results`` (values by order id)."""
        self.env["sale.order.material.line"]._replace(self, results)
        for state, group in self.grouped(
            lambda order: self._get_material_state(results.get(order.id, []))
        ).items():
            group.write(
                {
                    "material_state": state,
                    "material_checked_on": fields.Datetime.now(),
                    "material_check_due": False,
                }
            )

    @api.model
    def _get_material_state(self, values_list):
        if any(values["shortage_qty"] for values in values_list):
            return "short"
        if any(values["incoming_qty"] for values in values_list):
            return "expected"
        return "available"

    # ---------------------------------------------------------- automatic check
    def _request_material_check(self):
        """Have the orders checked soon; many changes in a row cost one check."""
        orders = self.filtered(lambda order: order.state != "cancel")
        if orders:
            # sudo: whoever changes a line sets off the check, also without write
            # access to the order itself
            orders.sudo().material_check_due = True
            self.env.ref("batch_mrp_orders.ir_cron_check_materials")._trigger(
                fields.Datetime.now() + RECHECK_DELAY
            )

    @api.model
    def _cron_check_materials(self):
        """Check what has changed and rested, earliest first."""
        rested = fields.Datetime.now() - RECHECK_DELAY + timedelta(seconds=1)
        domain = Domain("material_check_due", "=", True) & Domain("write_date", "<=", rested)
        orders = self.search(domain, order="commitment_date, date_order", limit=RECHECK_BATCH)
        orders.action_check_materials()
        remaining = self.search_count([("material_check_due", "=", True)])
        self.env["ir.cron"]._commit_progress(len(orders), remaining=remaining)

    # ------------------------------------------------------------- confirmation
    def action_confirm(self):
        """Ask before an order short of material is confirmed by hand.

        Only the buttons of the order form ask: payments and the portal confirm by
        the same method and must never stop.
        """
        if self.env.context.get("ask_materials"):
            orders = self.filtered(lambda order: order.state in ("draft", "sent"))
            orders.action_check_materials()
            short = orders.filtered(lambda order: order.material_state == "short")
            if short:
                return {
                    "type": "ir.actions.act_window",
                    "name": self.env._("Material is Missing"),
                    "res_model": "sale.order.material.confirmation",
                    "view_mode": "form",
                    "target": "new",
                    "context": {"default_order_ids": [Command.set(self.ids)]},
                }
        return super().action_confirm()

    # ----------------------------------------------------------------- purchase
    def action_order_missing_materials(self):
        """Draft purchase orders for what the orders are short of, grouped by supplier."""
        self.action_check_materials()
        missing = self.material_line_ids.filtered(lambda line: line.shortage_qty > 0)
        if not missing:
            raise UserError(self.env._("Nothing is missing for these orders."))
        unknown = missing.product_id.filtered(lambda product: not product.seller_ids)
        if unknown:
            raise UserError(
                self.env._(
                    "Nobody sells these products yet: %s. Add a supplier to each of them.",
                    ", ".join(unknown.mapped("display_name")),
                )
            )
        for orders in missing.order_id.grouped("warehouse_id").values():
            orders._buy_missing(missing.filtered(lambda line, o=orders: line.order_id in o))
            orders.invalidate_recordset(["material_purchase_ids", "material_purchase_count"])
        self.action_check_materials()
        return self.action_view_material_purchases()

    def _buy_missing(self, lines):
        """Procure the shortages of ``lines`` by core's buy rule, one need a product."""
        warehouse = self.warehouse_id
        references = self._get_material_references()
        procurements = []
        for product, group in lines.grouped("product_id").items():
            orders = group.order_id
            due = min(order.commitment_date or fields.Datetime.now() for order in orders)
            procurements.append(
                self.env["stock.rule"].Procurement(
                    product,
                    sum(group.mapped("shortage_qty")),
                    product.uom_id,
                    warehouse.lot_stock_id,
                    product.display_name,
                    ", ".join(orders.mapped("name")),
                    warehouse.company_id,
                    {
                        "warehouse_id": warehouse,
                        "route_ids": warehouse.buy_pull_id.route_id,
                        "date_planned": max(due, fields.Datetime.now()),
                        "reference_ids": references,
                    },
                )
            )
        self.env["stock.rule"].run(procurements)

    def _get_material_references(self):
        """References that link the orders to what is bought for them.

        A quotation has none of its own yet; core goes on using the one it gets here.
        """
        for order in self.filtered(lambda order: not order.stock_reference_ids):
            order.stock_reference_ids = [Command.create({"name": order.name})]
        return self.stock_reference_ids

    def action_view_material_purchases(self):
        purchases = self.material_purchase_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Purchases"),
            "res_model": "purchase.order",
            "view_mode": "form" if len(purchases) == 1 else "list,form",
            "domain": [("id", "in", purchases.ids)],
            "res_id": purchases.id if len(purchases) == 1 else False,
        }
