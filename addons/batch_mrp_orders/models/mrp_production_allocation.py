# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import date
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..planning.quantity import exact

# While in these states an allocation binds goods in stock.
BINDING_STATES = ("pending", "made")


class MrpProductionAllocation(models.Model):
    """So much of a run's output belongs to this consumer, and nobody else gets it.

    An allocation lives through these states:

    ``planned``
        The run is open. Nothing is in stock yet, so nothing has to be guarded.
    ``pending``
        The run has made the goods. The allocation has become a *claim* on them; the
        reservation for the consumer is still to be tried for the first time.
    ``made``
        As before, but the reservation has been tried. Unreserving the consumer's
        transfer does not end the claim.
    ``taken``
        All of ``quantity`` has left the stock for the consumer.

    What binds is the *unserved claim*: ``open_qty`` (``quantity`` less ``taken_qty``)
    less what the consumer has reserved of the goods, and no more than the consumer
    still needs. It is never stored, for reservations come and go; the lots tell what is
    reserved out of which run. Goods without lots are one pool for a product, where any
    reservation of the consumer serves its claims first. Everybody may take from a pool
    what is free beyond the unserved claims of the others (see ``planning.claims``).
    Allocations to a reordering rule bind nothing: goods made for stock are for everybody.

    A claim is consumed by goods that leave the warehouse's stock location for the
    consumer: the first step of a delivery, or the pick for a run. The lots decide which
    run is charged, not the plan: what was shipped from another run is written down as an
    allocation of that run, and the claim the consumer no longer needs is released.

    After every event these hold, and ``_settle`` and its callers restore them:

    1. The allocations of a run sum up to no more than it makes, or has made.
    2. The open quantities of a consumer sum up to no more than it still needs.
    3. The claims on a pool sum up to no more than there is on hand of it.
    4. Nothing is lost silently: what is taken from a consumer is open demand again, and
       the planner has one activity on the run that lists it.
    5. The references of a run and its finished moves are those of the orders it serves.
    """

    _name = "mrp.production.allocation"
    _description = "Production Allocation"
    _order = "date_due, id"
    _check_company_auto = True

    production_id = fields.Many2one(
        "mrp.production",
        "Production Run",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        help="The run that makes the goods.",
    )
    company_id = fields.Many2one(related="production_id.company_id", store=True, index=True)
    warehouse_id = fields.Many2one(
        related="production_id.picking_type_id.warehouse_id", store=True, string="Warehouse"
    )
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict")
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(digits="Product Unit", required=True)
    taken_qty = fields.Float(
        "Taken",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="What has left the stock for the consumer.",
    )
    open_qty = fields.Float(
        "Outstanding",
        digits="Product Unit",
        compute="_compute_open_qty",
        help="What the consumer is still to get from this run.",
    )
    state = fields.Selection(
        [
            ("planned", "To Make"),
            ("pending", "Made, Being Reserved"),
            ("made", "Made"),
            ("taken", "Taken"),
        ],
        "Goods",
        readonly=True,
        copy=False,
        help="Made goods are set aside for the consumer: nobody else gets them.",
    )
    sale_line_id = fields.Many2one(
        "sale.order.line", "Order Line", ondelete="cascade", index="btree_not_null"
    )
    order_id = fields.Many2one(
        related="sale_line_id.order_id", store=True, index="btree_not_null", string="Sales Order"
    )
    consumer_production_id = fields.Many2one(
        "mrp.production",
        "Consuming Run",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        help="The run that uses the goods as an ingredient.",
    )
    orderpoint_id = fields.Many2one(
        "stock.warehouse.orderpoint",
        "Reordering Rule",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )
    date_due = fields.Date("Due", help="Day on which the consumer needs the goods.")
    production_state = fields.Selection(related="production_id.state", string="Run Status")
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")

    _positive_quantity = models.Constraint(
        "CHECK (quantity > 0)", "An allocated quantity must be positive."
    )
    _one_consumer = models.Constraint(
        "CHECK (num_nonnulls(sale_line_id, consumer_production_id, orderpoint_id) = 1)",
        "An allocation serves exactly one order line, run or reordering rule.",
    )
    _binding_index = models.Index("(product_id) WHERE state IN ('pending', 'made')")

    @api.depends("quantity", "taken_qty")
    def _compute_open_qty(self):
        for allocation in self:
            allocation.open_qty = max(allocation.quantity - allocation.taken_qty, 0.0)

    @api.depends("production_id.name", "quantity", "order_id.name", "consumer_production_id.name")
    def _compute_display_name(self):
        for allocation in self:
            consumer = allocation._get_consumer()
            allocation.display_name = (
                f"{allocation.production_id.display_name} → {consumer.display_name}"
            )

    def _get_consumer(self):
        """The order, run or reordering rule that gets the goods."""
        self.ensure_one()
        return self.order_id or self.consumer_production_id or self.orderpoint_id

    def _get_consumer_key(self):
        """The consumer as the claims know it; None if its goods are for everybody."""
        self.ensure_one()
        if self.sale_line_id:
            return ("line", self.sale_line_id.id)
        if self.consumer_production_id:
            return ("run", self.consumer_production_id.id)
        return None

    @api.model_create_multi
    def create(self, vals_list):
        productions = self.env["mrp.production"].browse(
            vals["production_id"] for vals in vals_list if vals.get("production_id")
        )
        done = set(productions.filtered(lambda run: run.state == "done").ids)
        for vals in vals_list:
            if "state" not in vals:
                vals["state"] = "made" if vals.get("production_id") in done else "planned"
        allocations = super(
            MrpProductionAllocation, self.with_context(allocations_capped=True)
        ).create(vals_list)
        allocations = self.browse(allocations.ids)
        if not self.env.context.get("allocations_settled"):
            allocations._cap_to_need()
        allocations.exists().production_id._sync_references()
        return allocations

    def _cap_to_need(self):
        """A plan may be older than what its consumers need now, or larger: what they do
        not need stays surplus of the run."""
        promised = self._get_siblings()
        facts = promised._get_consumer_facts()
        changes = {}
        for key, group in promised.grouped(lambda a: a._get_facts_key()).items():
            excess = sum(exact(a.open_qty) for a in group) - facts[key].need
            for allocation in (group & self).sorted(lambda a: a._get_due(), reverse=True):
                given = min(exact(allocation.open_qty), excess)
                if given > 0:
                    excess -= given
                    changes[allocation] = (exact(allocation.quantity) - given, Fraction(0))
        self._write_quantities(changes)

    def write(self, vals):
        moved = {"production_id", "sale_line_id", "consumer_production_id"} & set(vals)
        before = self.production_id if moved else self.env["mrp.production"]
        res = super().write(vals)
        if moved:
            (before | self.production_id)._sync_references()
        return res

    def unlink(self):
        productions = self.production_id
        res = super().unlink()
        productions.exists()._sync_references()
        return res

    @api.constrains("quantity", "production_id")
    def _check_run_quantity(self):
        """A run cannot promise more than it makes."""
        if self.env.context.get("allocations_settled"):
            return
        groups = self._read_group(
            [("production_id", "in", self.production_id.ids)], ["production_id"], ["quantity:sum"]
        )
        output = self.production_id._get_output_quantities()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for production, allocated in groups:
            makes = float(output[production.id])
            if float_compare(allocated, makes, precision_digits=digits) > 0:
                raise ValidationError(
                    self.env._(
                        "%(run)s makes %(makes)s %(unit)s, but %(allocated)s %(unit)s would be "
                        "allocated. Enlarge the run or allocate less.",
                        run=production.display_name,
                        makes=makes,
                        allocated=allocated,
                        unit=production.product_id.uom_id.name,
                    )
                )

    @api.constrains("quantity", "sale_line_id", "consumer_production_id", "product_id")
    def _check_still_needed(self):
        """A consumer is not promised more than it still needs."""
        consumers = self.filtered(lambda allocation: allocation._get_consumer_key())
        if (
            not consumers
            or self.env.context.get("allocations_settled")
            or self.env.context.get("allocations_capped")
        ):
            return
        promised = consumers._get_siblings()
        facts = promised._get_consumer_facts()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for key, group in promised.grouped(lambda a: a._get_facts_key()).items():
            open_qty = sum(group.mapped("open_qty"))
            need = float(facts[key].need)
            if float_compare(open_qty, need, precision_digits=digits) > 0:
                raise ValidationError(
                    self.env._(
                        "%(consumer)s still needs %(need)s %(unit)s of %(product)s, but "
                        "%(allocated)s %(unit)s would be allocated.",
                        consumer=group[0]._get_consumer().display_name,
                        need=need,
                        allocated=open_qty,
                        unit=group.product_uom_id.name,
                        product=group.product_id.display_name,
                    )
                )

    def _get_siblings(self):
        """All allocations with an outstanding quantity to the consumers of these."""
        return self.search(
            [
                ("product_id", "in", self.product_id.ids),
                ("state", "!=", "taken"),
                "|",
                ("sale_line_id", "in", self.sale_line_id.ids),
                ("consumer_production_id", "in", self.consumer_production_id.ids),
            ]
        )

    def _get_due(self):
        """Sort key: the earliest due first, without a date last."""
        self.ensure_one()
        return (self.date_due or date.max, self.id)
