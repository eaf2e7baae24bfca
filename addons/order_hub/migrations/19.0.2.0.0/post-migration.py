# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders of channels go on without a hand: until now all did, from now on by a workflow."""

from odoo import SUPERUSER_ID, api

from odoo.addons.order_hub.hooks import start_workflows


def migrate(cr, version):
    """Give the workflow of a prepaid shop to the channels and open orders that are there."""
    start_workflows(api.Environment(cr, SUPERUSER_ID, {}))
