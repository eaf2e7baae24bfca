# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

SEVERITIES = [("minor", "Minor"), ("major", "Major"), ("critical", "Critical")]


class OrderComplaintReason(models.Model):
    """Why customers complain, in the words of the trade."""

    _name = "order.complaint.reason"
    _description = "Reason of Complaints"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    severity = fields.Selection(SEVERITIES, required=True, default="minor")
    is_health_relevant = fields.Boolean(
        "Relevant to Health",
        help="Quality is told at once, and is offered a recall of the lot.",
    )
    for_customers = fields.Boolean(
        "Customers Can Choose It", default=True, help="Offered in the customer portal."
    )

    _name_uniq = models.Constraint("UNIQUE(name)", "There is a reason of this name already.")
