# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is done once, when the addon meets a database with channels and orders."""

from odoo.fields import Domain


def post_init_hook(env):
    """Channels that are there already start with the workflow of a prepaid shop."""
    start_workflows(env)


def start_workflows(env):
    """Give a workflow to channels that have none, and to their open orders."""
    channels = env["sales.channel"].with_context(active_test=False)
    channels = channels.search([("workflow_process_id", "=", False)])
    channels.workflow_process_id = env.ref("order_hub.workflow_shop_prepaid")
    orders = env["sale.order"].search(
        Domain("channel_id", "!=", False)
        & Domain("workflow_process_id", "=", False)
        & Domain("state", "!=", "cancel")
        & (Domain("state", "in", ("draft", "sent")) | Domain("invoice_status", "!=", "invoiced"))
    )
    orders._set_workflow()
