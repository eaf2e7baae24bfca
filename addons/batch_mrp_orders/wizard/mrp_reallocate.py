# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..planning.quantity import exact


class MrpReallocate(models.TransientModel):
    """Gives goods made for one order to another one, by name and on the record."""

    _name = "mrp.reallocate"
    _description = "Re-allocate Goods"
    _check_company_auto = True

    allocation_id = fields.Many2one(
        "mrp.production.allocation",
        "From",
        required=True,
        domain="[('state', '!=', 'taken'), ('orderpoint_id', '=', False)]",
        check_company=True,
    )
    company_id = fields.Many2one(related="allocation_id.company_id", store=True)
    product_id = fields.Many2one(related="allocation_id.product_id")
    product_uom_id = fields.Many2one(related="allocation_id.product_uom_id", string="Unit")
    production_id = fields.Many2one(related="allocation_id.production_id")
    state = fields.Selection(related="allocation_id.state")
    available_qty = fields.Float("Outstanding", related="allocation_id.open_qty")
    line_domain = fields.Binary(compute="_compute_line_domain")
    sale_line_id = fields.Many2one(
        "sale.order.line",
        "To Order Line",
        required=True,
        domain="line_domain",
        check_company=True,
        help="Order line that is to get the goods.",
    )
    missing_qty = fields.Float(
        "Still Missing",
        digits="Product Unit",
        compute="_compute_missing_qty",
        help="What the order line needs and has not reserved.",
    )
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Char(required=True, help="Written in the notes of both orders.")

    @api.depends("allocation_id")
    def _compute_line_domain(self):
        for wizard in self:
            source = wizard.allocation_id
            wizard.line_domain = list(
                Domain("move_ids.product_id", "=", source.product_id.id)
                & Domain("move_ids.state", "in", ("waiting", "confirmed", "partially_available"))
                & Domain("order_id.warehouse_id", "=", source.warehouse_id.id)
                & Domain("id", "!=", source.sale_line_id.id)
            )

    @api.depends("sale_line_id", "allocation_id")
    def _compute_missing_qty(self):
        for wizard in self:
            wizard.missing_qty = float(wizard._get_missing_quantity())

    def _get_missing_quantity(self):
        self.ensure_one()
        source = self.allocation_id
        facts = source._read_consumer_facts(
            self.sale_line_id.ids, [], source.product_id.ids, source.warehouse_id.ids
        )
        key = (("line", self.sale_line_id.id), source.product_id.id, source.warehouse_id.id)
        return facts[key].need - sum(facts[key].reserved.values())

    @api.depends("missing_qty", "available_qty")
    def _compute_quantity(self):
        for wizard in self:
            wizard.quantity = min(wizard.missing_qty, wizard.available_qty)

    def action_confirm(self):
        """Move the goods and what is reserved of them; note it on both documents."""
        self.ensure_one()
        source = self.allocation_id
        quantity = exact(self.quantity)
        if quantity <= 0:
            raise UserError(self.env._("Enter how much is to be given to the other order."))
        if quantity > min(exact(source.open_qty), self._get_missing_quantity()):
            raise UserError(
                self.env._(
                    "At most %(quantity)s can be given: more is not outstanding or not missing.",
                    quantity=self.product_uom_id._get_quantity_text(
                        min(self.available_qty, self.missing_qty)
                    ),
                )
            )
        giver = source._get_consumer()
        source._give_to(self.sale_line_id, quantity)
        self._post_notes(giver)
        return {"type": "ir.actions.act_window_close"}

    def _post_notes(self, giver):
        """The same sentence in the chatter of giver and taker."""
        taker = self.sale_line_id.order_id
        body = self.env._(
            "%(quantity)s of %(product)s (%(run)s) re-allocated from %(giver)s to %(taker)s: "
            "%(reason)s",
            quantity=self.product_uom_id._get_quantity_text(self.quantity),
            product=self.product_id.display_name,
            run=self.production_id.name,
            giver=giver.display_name,
            taker=taker.display_name,
            reason=self.reason,
        )
        for document in (giver, taker):
            # A planner need not be allowed to edit orders, but answers for the decision.
            document.sudo().message_post(body=body, author_id=self.env.user.partner_id.id)
