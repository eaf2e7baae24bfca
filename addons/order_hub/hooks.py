# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is done once, when the addon is installed on a database with orders."""

from odoo.fields import Domain


def post_init_hook(env):
    """Open orders of sales channels go on in the workflow of their channel."""
    orders = env["sale.order"].search(
        Domain("channel_id", "!=", False)
        & Domain("workflow_process_id", "=", False)
        & Domain("state", "!=", "cancel")
        & (Domain("state", "in", ("draft", "sent")) | Domain("invoice_status", "!=", "invoiced"))
    )
    orders._set_workflow()
