# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    channel_carrier_name = fields.Char(
        "Carrier in Sales Channels",
        help="What shops call this carrier, e.g. DHL, DPD, GLS or Hermes: then they link and "
        "follow its parcels. Empty: the name of the delivery method.",
    )
