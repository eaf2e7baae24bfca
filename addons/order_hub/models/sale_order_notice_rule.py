# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import ValidationError

# In the order in which a customer is told.
NOTICE_KINDS = [
    ("confirmation", "Order Confirmation"),
    ("in_production", "In Production"),
    ("delayed", "Delayed"),
    ("shipped", "Dispatched"),
    ("delivered", "Delivered"),
]
# What a company sends unless it decides otherwise: what a customer waits for, nothing else.
ON_BY_DEFAULT = ("delayed", "shipped")
# Switches of other addons whose mails say the same.
OTHER_SWITCHES = {
    "shipped": "stock_move_email_validation",
    "delivered": "delivery_state_delivered_email_validation",
}
# These channels tell their buyers by themselves that an order was taken and shipped.
INFORMING_CHANNELS = ("shopify", "etsy")


class SaleOrderNoticeRule(models.Model):
    """Whether, when and with which text customers are told something of their orders."""

    _name = "sale.order.notice.rule"
    _description = "Customer Mail"
    _order = "company_id, channel_id, sequence, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    channel_id = fields.Many2one(
        "sales.channel",
        "Sales Channel",
        check_company=True,
        ondelete="cascade",
        help="Empty: for all orders of the company, except those of channels that mail their "
        "buyers themselves and of channels with a rule of their own.",
    )
    kind = fields.Selection(
        NOTICE_KINDS,
        "Mail",
        required=True,
        help="Order Confirmation takes the place of Odoo's own confirmation mail and uses its "
        "template (of the workflow, the quotation template or the settings). Dispatched replaces "
        "the e-mail confirmation of deliveries, Delivered the mail of the delivery state.",
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    enabled = fields.Boolean("Send")
    enabled_on = fields.Datetime(
        "Sent Since", readonly=True, help="Nobody is told of what happened before."
    )
    template_id = fields.Many2one(
        "mail.template",
        "Text",
        domain=[("model", "=", "sale.order.notice")],
        ondelete="restrict",
        help="Not used for the order confirmation.",
    )
    wait_minutes = fields.Integer(
        "Wait (Minutes)",
        default=10,
        help="So long a mail waits, so that a quick correction sends nothing wrong.",
    )
    days = fields.Integer(
        help="Delayed: the date has to move by more than so many days. "
        "Delivered: so many days after the goods arrived."
    )
    tracking_hours = fields.Integer(
        "Wait for Tracking (Hours)",
        default=24,
        help="Dispatched: without a tracking number customers are told after so many hours.",
    )
    show_lots = fields.Boolean("Lots and Best-Before Dates", help="Dispatched: list them.")
    feedback_url = fields.Char(
        "Feedback Page",
        help="Delivered: a page where customers rate you. Empty: they are asked to reply.",
    )

    _one_a_kind = models.UniqueIndex(
        "(company_id, COALESCE(channel_id, 0), kind)", "There is a rule for this mail already."
    )
    _not_negative = models.Constraint(
        "CHECK (wait_minutes >= 0 AND days >= 0 AND tracking_hours >= 0)",
        "Waiting times cannot be negative.",
    )

    @api.depends("kind")
    def _compute_sequence(self):
        order = [kind for kind, _label in NOTICE_KINDS]
        for rule in self:
            rule.sequence = order.index(rule.kind) if rule.kind else 0

    @api.depends("kind", "channel_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            names = [labels.get(rule.kind), rule.channel_id.name]
            rule.display_name = " – ".join(name for name in names if name)

    @api.constrains("kind", "template_id", "enabled")
    def _check_template(self):
        for rule in self:
            if rule.enabled and rule.kind != "confirmation" and not rule.template_id:
                raise ValidationError(self.env._("Choose the text of the mail."))

    @api.constrains("kind", "enabled", "company_id")
    def _check_not_twice(self):
        self.company_id._check_one_mail_only()

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.filtered("enabled")._begin()
        return rules

    def write(self, vals):
        begun = self.filtered(lambda rule: not rule.enabled) if vals.get("enabled") else self[:0]
        res = super().write(vals)
        begun._begin()
        return res

    def _begin(self):
        """What has happened before is not told: no flood of mails on the first day."""
        if self:
            self.enabled_on = fields.Datetime.now()
            # sudo: notices are written by their job and by this alone
            notices = self.env["sale.order.notice"].sudo()
            notices._collect_delayed(rules=self, skip=True)

    @api.model
    def _create_missing(self, companies=None):
        """The rules of each company, on for what is not sent by another addon already."""
        companies = companies or self.env["res.company"].search([("active", "=", True)])
        there = {(rule.company_id, rule.kind) for rule in self.search([("channel_id", "=", False)])}
        self.create(
            [
                self._prepare_rule(company, kind)
                for company in companies
                for kind, _label in NOTICE_KINDS
                if (company, kind) not in there
            ]
        )

    @api.model
    def _prepare_rule(self, company, kind):
        template = self.env.ref(f"order_hub.mail_template_{kind}_notice", raise_if_not_found=False)
        other = OTHER_SWITCHES.get(kind)
        return {
            "company_id": company.id,
            "kind": kind,
            "template_id": template.id if template else False,
            "enabled": kind in ON_BY_DEFAULT and bool(template) and not (other and company[other]),
            "days": {"delayed": 1, "delivered": 5}.get(kind, 0),
        }


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # sudo: who may create a company need not be a sales manager
        self.env["sale.order.notice.rule"].sudo()._create_missing(companies)
        return companies

    @api.constrains("stock_move_email_validation", "delivery_state_delivered_email_validation")
    def _check_one_mail_only(self):
        """Customers get one mail for one event."""
        # sudo: rules are for sales managers, the settings for others too
        rules = self.env["sale.order.notice.rule"].sudo()
        for kind, switch in OTHER_SWITCHES.items():
            both = self.filtered(switch)
            if both and rules.search_count(
                [("company_id", "in", both.ids), ("kind", "=", kind), ("enabled", "=", True)],
                limit=1,
            ):
                raise ValidationError(
                    self.env._(
                        "Customers would get two mails for one event: switch off either "
                        "“%(ours)s” in the customer mails of the order hub or “%(other)s” in the "
                        "settings of the inventory.",
                        ours=dict(rules._fields["kind"]._description_selection(self.env))[kind],
                        other=self._fields[switch].get_description(self.env)["string"],
                    )
                )


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    informs_buyers = fields.Boolean(
        "Mails Its Buyers Itself",
        compute="_compute_informs_buyers",
        store=True,
        readonly=False,
        help="Customers of this channel get no mails from here, except those listed below.",
    )
    notice_rule_ids = fields.One2many("sale.order.notice.rule", "channel_id", "Customer Mails")

    @api.depends("channel_type")
    def _compute_informs_buyers(self):
        for channel in self:
            channel.informs_buyers = channel.channel_type in INFORMING_CHANNELS
