# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval


class SaleWorkflowProcess(models.Model):
    """What happens to an order without a hand: settings of the exchange addon, and ours."""

    _inherit = "sale.workflow.process"

    active = fields.Boolean(default=True)
    confirm_when = fields.Selection(
        [("paid", "When the customer has paid"), ("order", "At once")],
        required=True,
        default="paid",
    )
    confirmation_template_id = fields.Many2one(
        "mail.template",
        "Confirmation Mail",
        domain="[('model', '=', 'sale.order')]",
        help="Sent once an order is confirmed and nothing holds it back.",
    )
    invoice_partial = fields.Boolean(
        "Invoice Partial Deliveries",
        help="Each shipment is invoiced when it leaves. Otherwise one invoice is made when "
        "everything has left.",
    )
    send_invoice = fields.Boolean(
        help="By mail or electronically (ZUGFeRD, XRechnung), as the customer is set up.",
    )

    @api.model
    def _get_workflow_domain(self, flag, filter_name=None):
        """Orders or invoices whose workflow takes a step, within the filter of each.

        :param flag: field that switches the step on
        :param filter_name: field with the filter of the step, if it has one
        """
        domains = []
        context = self.env["automatic.workflow.job"]._get_eval_context()
        # sudo: the filters belong to whoever has set the workflow up
        for workflow in self.sudo().search([(flag, "=", True)]):
            domain = Domain("workflow_process_id", "=", workflow.id)
            if filter_name and workflow[filter_name]:
                domain &= Domain(safe_eval(workflow[filter_name].domain, context))
            domains.append(domain)
        return Domain.OR(domains)


class AutomaticWorkflowJob(models.Model):
    _inherit = "automatic.workflow.job"

    @api.model
    def run(self):
        """The steps are taken in sets and in jobs of their own."""
        self.env["sale.order"]._run_workflows()
        return True


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    workflow_process_id = fields.Many2one(
        "sale.workflow.process",
        "Workflow",
        default=lambda self: self.env.ref("order_hub.workflow_shop_prepaid", False),
        help="What happens to the orders of this channel without a hand.",
    )


class CrmTeam(models.Model):
    _inherit = "crm.team"

    workflow_process_id = fields.Many2one("sale.workflow.process", "Workflow")


class ResPartner(models.Model):
    _inherit = "res.partner"

    workflow_process_id = fields.Many2one(
        "sale.workflow.process",
        "Order Workflow",
        help="What happens to the orders of this customer without a hand.",
    )
