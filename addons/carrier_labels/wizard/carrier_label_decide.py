# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.exceptions import UserError

from ..carriers.base.errors import CarrierError, CarrierRefused
from ..carriers.base.words import _

NOTHING = _("Somebody has looked in the portal of the carrier: nothing was bought.")


class CarrierLabelDecide(models.TransientModel):
    """A person has looked in the portal of the carrier whether a label was bought."""

    _name = "carrier.label.decide"
    _description = "Was a Label Bought?"

    label_id = fields.Many2one("carrier.label", required=True, readonly=True)
    reference = fields.Char(related="label_id.reference")
    recipient = fields.Char(related="label_id.recipient")
    moment = fields.Datetime(related="label_id.moment")
    parcels = fields.Integer(related="label_id.parcels")
    error = fields.Text(related="label_id.error")
    found = fields.Selection(
        [("yes", "There is a label"), ("no", "There is none")], "What the Portal Says"
    )
    numbers = fields.Char(
        "Tracking Numbers", help="One for each parcel, in their order, joined by commas."
    )

    def action_decide(self):
        """Take the label that was found, or let a new one be bought."""
        self.ensure_one()
        label = self.label_id
        if label.state != "uncertain":
            raise UserError(self.env._("Somebody else has decided already."))
        if not label._lock([label.res_id]):
            raise UserError(self.env._("Somebody else is buying this label right now."))
        if self.found == "no":
            outcome = CarrierRefused(NOTHING)
        elif self.found == "yes":
            outcome = self._fetch(label)
        else:
            raise UserError(self.env._("Say what the portal says."))
        label._store_safely([(label.res_id, label.id)], [outcome], False)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _fetch(self, label):
        """The label of the numbers, which the carrier has to know."""
        numbers = [part.strip() for part in (self.numbers or "").split(",") if part.strip()]
        if len(numbers) != label.parcels:
            raise UserError(self.env._("Enter %s tracking numbers.", label.parcels))
        try:
            return label.account_id._client().fetch(numbers, label.label_format)
        except CarrierError as error:
            raise UserError(label.account_id._sentence(error)) from error
