# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .order_complaint_reason import SEVERITIES


class Rma(models.Model):
    """A complaint: about which lot, why, and never about more than was shipped."""

    _inherit = "rma"

    reason_id = fields.Many2one(
        "order.complaint.reason", index=True, tracking=True, ondelete="restrict"
    )
    severity = fields.Selection(
        SEVERITIES, compute="_compute_severity", store=True, readonly=False, tracking=True
    )
    is_health_relevant = fields.Boolean(related="reason_id.is_health_relevant")
    customer_gets = fields.Selection(related="operation_id.customer_gets")
    lot_id = fields.Many2one(
        "stock.lot",
        compute="_compute_lot_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
        domain="[('id', 'in', allowed_lot_ids)]",
        help="The lot on the label. Only lots that this customer has really got can be chosen.",
    )
    allowed_lot_ids = fields.Many2many(
        "stock.lot", compute="_compute_allowed_lot_ids", compute_sudo=True
    )
    expiration_date = fields.Datetime(related="lot_id.expiration_date")

    @api.depends("reason_id")
    def _compute_severity(self):
        for rma in self:
            rma.severity = rma.reason_id.severity or rma.severity

    @api.depends("move_id", "product_id", "order_id", "picking_id", "partner_id")
    def _compute_allowed_lot_ids(self):
        for rma in self:
            rma.allowed_lot_ids = rma._get_shipped_lots()

    @api.depends("move_id", "product_id")
    def _compute_lot_id(self):
        for rma in self:
            # sudo: whoever takes complaints need not read stock
            lots = rma.sudo()._get_shipped_lots()
            if rma.lot_id not in lots:
                rma.lot_id = lots if len(lots) == 1 else False

    def _get_shipped_lots(self):
        """Lots of the product this customer has got with the delivery or order, or at all."""
        if not self.partner_id or not (self.move_id or self.product_id):
            return self.env["stock.lot"]
        domain = (
            Domain("state", "=", "done")
            & Domain("location_dest_id.usage", "=", "customer")
            & Domain("lot_id", "!=", False)
        )
        if self.move_id:
            domain &= Domain("move_id", "=", self.move_id._origin.id)
        else:
            domain &= Domain("product_id", "=", self.product_id.id) & Domain(
                "company_id", "=", self.company_id.id
            )
            if self.order_id:
                domain &= Domain("move_id.sale_line_id.order_id", "=", self.order_id._origin.id)
            elif self.picking_id:
                domain &= Domain("picking_id", "=", self.picking_id._origin.id)
            else:
                customer = self.partner_id.commercial_partner_id
                domain &= Domain("picking_id.partner_id", "child_of", customer._origin.id)
        return self.env["stock.move.line"].search(domain).lot_id

    # ------------------------------------------------------- not more than was shipped
    @api.constrains(
        "state", "partner_id", "order_id", "move_id", "lot_id", "product_uom_qty", "product_uom"
    )
    def _check_shipped(self):
        # sudo: see _compute_lot_id
        rmas = self.sudo().filtered(lambda rma: rma.move_id and rma.state != "cancelled")
        if not rmas:
            return
        rmas.move_id._take_turns()
        shipped = rmas.move_id._get_shipped_by_lot()
        claimed = rmas.move_id._get_claimed_by_lot()
        for rma in rmas:
            rma._check_belongs_together(shipped)
            rma._check_quantity(shipped, claimed)

    def _check_belongs_together(self, shipped):
        """The parts of a complaint name the same shipment."""
        order = self.move_id.sale_line_id.order_id
        if self.order_id and order != self.order_id:
            raise ValidationError(self.env._("%s: the delivery is of another order.", self.name))
        customers = (order.partner_id | self.move_id.picking_id.partner_id).commercial_partner_id
        if customers and self.partner_id.commercial_partner_id not in customers:
            raise ValidationError(self.env._("%s: another customer got these goods.", self.name))
        if self.lot_id and (self.move_id, self.lot_id) not in shipped:
            raise ValidationError(
                self.env._(
                    "%(complaint)s: lot %(lot)s was not shipped with this delivery.",
                    complaint=self.name,
                    lot=self.lot_id.name,
                )
            )

    def _check_quantity(self, shipped, claimed):
        """Together with the other complaints about it, at most what was shipped."""
        uom = self.product_id.uom_id
        if self.product_uom.compare(self.product_uom_qty, 0) <= 0:
            raise ValidationError(self.env._("%s: enter a quantity.", self.name))
        lots = (self.env["stock.lot"], self.lot_id) if self.lot_id else (self.env["stock.lot"],)
        for lot in lots:
            there, wanted = shipped[self.move_id, lot], claimed[self.move_id, lot]
            if uom.compare(wanted, there) > 0:
                raise ValidationError(
                    self.env._(
                        "%(complaint)s: complaints about %(wanted)s %(unit)s of %(product)s, but "
                        "only %(there)s were shipped.",
                        complaint=self.name,
                        wanted=uom.round(wanted),
                        there=uom.round(there),
                        unit=uom.name,
                        product=(lot or self.product_id).display_name,
                    )
                )

    # -------------------------------------------------------------------- confirming
    def action_confirm(self):
        drafts = self.filtered(lambda rma: rma.state == "draft")
        for rma in drafts:
            rma._check_complete()
        res = super().action_confirm()
        drafts._alert_quality()
        return res

    def _check_complete(self):
        if not self.reason_id:
            raise UserError(self.env._("%s: choose the reason of the complaint.", self.name))
        operation = self.operation_id
        has_effect = operation.customer_gets != "nothing" or operation.action_create_receipt
        if has_effect and not self.move_id:
            raise UserError(self.env._("%s: choose the delivery the goods came with.", self.name))
        # sudo: see _compute_lot_id
        if self.product_id.tracking != "none" and not self.lot_id and self.sudo().allowed_lot_ids:
            raise UserError(self.env._("%s: choose the lot on the label.", self.name))

    def action_close_complaint(self):
        """Nothing is left to do: the complaint stays in the statistics."""
        for rma in self:
            if rma.state not in ("confirmed", "received") or rma.customer_gets != "nothing":
                raise UserError(self.env._("%s: something is still to be done.", rma.name))
            if rma.goods_state in ("expected", "to_decide"):
                raise UserError(self.env._("%s: decide about the goods first.", rma.name))
        self.write({"state": "finished"})


class StockMove(models.Model):
    _inherit = "stock.move"

    def _take_turns(self):
        """Make other transactions that count complaints about these moves wait for this one.

        Changing the rows, instead of only locking them, makes the one that waited fail with
        a serialization error and be repeated by the server: then it sees what was added.
        """
        if self:
            self.flush_recordset()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE stock_move SET write_date = write_date WHERE id IN (
                        SELECT id FROM stock_move WHERE id IN %s ORDER BY id FOR NO KEY UPDATE)
                    """,
                    tuple(self.ids),
                ),
                log_exceptions=False,
            )

    def _get_shipped_by_lot(self):
        """Quantity in the unit of the product by move and lot, without lot the whole move."""
        shipped = defaultdict(float)
        lots = self.env["stock.lot"]
        for move, lot, quantity in self.env["stock.move.line"]._read_group(
            [("move_id", "in", self.ids), ("state", "=", "done")],
            ["move_id", "lot_id"],
            ["quantity_product_uom:sum"],
        ):
            shipped[move, lots] += quantity
            if lot:
                shipped[move, lot] += quantity
        return shipped

    def _get_claimed_by_lot(self):
        """The same for what customers complain about, and what came back without a complaint."""
        claimed = defaultdict(float)
        lots = self.env["stock.lot"]
        rmas = self.env["rma"].search([("move_id", "in", self.ids), ("state", "!=", "cancelled")])
        for rma in rmas:
            quantity = rma.product_uom._compute_quantity(
                rma.product_uom_qty, rma.product_id.uom_id, round=False
            )
            claimed[rma.move_id, lots] += quantity
            if rma.lot_id:
                claimed[rma.move_id, rma.lot_id] += quantity
        for line in self.returned_move_ids.move_line_ids:
            move = line.move_id.origin_returned_move_id
            if line.state == "done" and not line.move_id.rma_receiver_ids:
                claimed[move, lots] += line.quantity_product_uom
                if line.lot_id:
                    claimed[move, line.lot_id] += line.quantity_product_uom
        return claimed
