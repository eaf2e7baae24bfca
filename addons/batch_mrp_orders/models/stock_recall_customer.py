# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError

NOTICE_STATES = [
    ("to_phone", "To Be Phoned"),
    ("to_send", "To Be Written To"),
    ("failed", "Not Delivered"),
    ("queued", "On Its Way"),
    ("informed", "Informed"),
    ("spared", "Not Affected"),
]
WAYS = [("mail", "E-Mail"), ("phone", "Phone"), ("letter", "Letter"), ("person", "In Person")]
MAIL_STATES = {"outgoing": "queued", "sent": "informed", "received": "informed"}


class StockRecallCustomer(models.Model):
    """A customer of affected goods, and the record of who told him when and how.

    There is one row a customer, whatever he bought: nobody is written to twice.
    """

    _name = "stock.recall.customer"
    _description = "Customer in a Recall"
    _inherit = ["mail.thread"]
    _order = "recall_id desc, name, id"
    _check_company_auto = True

    recall_id = fields.Many2one("stock.recall", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="recall_id.company_id", store=True)
    rehearsal = fields.Boolean(related="recall_id.rehearsal")
    recall_state = fields.Selection(related="recall_id.state", string="Recall State")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index=True,
        readonly=True,
        check_company=True,
        help="Empty for deliveries without a customer: whose they are is to be found out.",
    )
    contact_id = fields.Many2one("res.partner", readonly=True, check_company=True)
    name = fields.Char("Customer's Name", required=True, readonly=True)
    email = fields.Char("E-Mail")
    phone = fields.Char()
    address = fields.Char()
    shipment_ids = fields.One2many("stock.recall.shipment", "customer_id", "Shipments")
    order_ids = fields.Many2many("sale.order", compute="_compute_goods", string="Orders")
    lot_ids = fields.Many2many("stock.lot", compute="_compute_goods", string="Lots")
    recovery_rate = fields.Float("Recovered", compute="_compute_goods")

    state = fields.Selection(NOTICE_STATES, compute="_compute_state", store=True, index=True)
    way = fields.Selection(WAYS, "Informed By", readonly=True, tracking=True)
    informed_on = fields.Datetime(readonly=True, tracking=True)
    informed_by_id = fields.Many2one("res.users", "Informed Through", readonly=True)
    result = fields.Char(
        tracking=True, help="Whom you reached, what was agreed: stopped, sent back, destroyed."
    )
    mail_id = fields.Many2one("mail.mail", readonly=True, index=True, groups="base.group_system")
    mail_error = fields.Text(compute="_compute_mail_error", compute_sudo=True)

    _partner_uniq = models.UniqueIndex(
        "(recall_id, COALESCE(partner_id, 0))", "A customer is in a recall only once."
    )

    @api.depends("shipment_ids.quantity", "shipment_ids.returned_qty")
    def _compute_goods(self):
        for customer in self:
            shipments = customer.shipment_ids
            customer.order_ids = shipments.sale_order_id
            customer.lot_ids = shipments.lot_id
            customer.recovery_rate = float(shipments._get_recovery_rate() or 0)

    @api.depends("email", "way", "informed_on", "mail_id.state", "shipment_ids.line_id.block_state")
    def _compute_state(self):
        for customer in self:
            customer.state = customer._get_state()

    def _get_state(self):
        self.ensure_one()
        lines = self.shipment_ids.line_id
        if self.informed_on and self.way != "mail":
            return "informed"
        if self.informed_on:
            # Old mails may be cleaned up; then it was delivered long ago.
            return MAIL_STATES.get(self.mail_id.state, "failed") if self.mail_id else "informed"
        if lines and all(line.block_state == "cleared" for line in lines):
            return "spared"
        return "to_send" if self.email else "to_phone"

    @api.depends("mail_id.failure_reason")
    def _compute_mail_error(self):
        for customer in self:
            customer.mail_error = customer.mail_id.failure_reason

    def _get_uninformed(self):
        return self.filtered(lambda row: row.state in ("to_phone", "to_send", "failed"))

    def _get_recalled_shipments(self):
        """What the customer is told about: all of it but the lots that were cleared."""
        return self.shipment_ids.filtered(lambda row: row.line_id.block_state != "cleared")

    # ------------------------------------------------------------- telling them
    def _check_may_inform(self):
        if any(recall.rehearsal for recall in self.recall_id):
            raise UserError(self.env._("A rehearsal informs nobody."))
        if any(recall.state != "active" for recall in self.recall_id):
            raise UserError(self.env._("Customers are informed while the recall is active."))

    def action_send(self):
        """Write to these customers, each once: one e-mail with all their orders and lots."""
        self._check_may_inform()
        # Whoever is being written to by somebody else at this moment is left out.
        rows = self.try_lock_for_update(allow_referencing=True)
        rows.invalidate_recordset(["informed_on", "way", "state"])
        rows = rows.filtered(lambda row: row.state == "to_send")
        if not rows:
            return rows
        template = self.env.ref("batch_mrp_orders.mail_template_recall")
        now = fields.Datetime.now()
        mails = template.send_mail_batch(rows.ids)
        # sudo: the mail queue is the administrators'; this is only the link to one's own mail
        for mail in mails.sudo():
            row = self.browse(mail.res_id)
            row.sudo().write(
                {
                    "mail_id": mail.id,
                    "way": "mail",
                    "informed_on": now,
                    "informed_by_id": self.env.uid,
                }
            )
        return rows

    def action_send_again(self):
        """Put the same e-mail into the queue once more, to the address as it is now."""
        self._check_may_inform()
        failed = self.filtered(lambda row: row.state == "failed" and row.way == "mail")
        for row in failed:
            # sudo: the mail queue is the administrators'
            row.sudo().mail_id.write({"email_to": row.email, "state": "outgoing"})
        return True

    def action_phoned(self):
        return self._note_informed("phone")

    def action_wrote(self):
        return self._note_informed("letter")

    def action_told(self):
        return self._note_informed("person")

    def _note_informed(self, way):
        self._check_may_inform()
        self.filtered(lambda row: row.state in ("to_phone", "to_send", "failed")).write(
            {"way": way, "informed_on": fields.Datetime.now(), "informed_by_id": self.env.uid}
        )
        return True
