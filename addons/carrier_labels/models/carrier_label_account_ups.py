# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import re
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..carriers.base.errors import CarrierError

# Under which nothing was ever bought.
NOTHING = "CONNECTION-TEST"


class CarrierLabelAccount(models.Model):
    _inherit = "carrier.label.account"

    provider = fields.Selection(selection_add=[("ups", "UPS")], ondelete={"ups": "cascade"})
    ups_shipper = fields.Char("Account Number", help="At UPS: six letters or digits.")

    @api.constrains("ups_shipper")
    def _check_ups_shipper(self):
        for account in self.filtered("ups_shipper"):
            if not re.fullmatch("[0-9A-Z]{6}", account.ups_shipper):
                raise ValidationError(
                    self.env._(
                        "An account number of UPS has six capital letters or digits: %s",
                        account.ups_shipper,
                    )
                )

    def _ups_billing(self):
        """The account number, as orders have it."""
        self.ensure_one()
        return {"shipper": self.ups_shipper or ""}

    def _prepare_account(self):
        """UPS is told for which of the numbers of an app labels are looked for."""
        account = super()._prepare_account()
        if self.provider != "ups":
            return account
        return replace(account, secrets={**account.secrets, **self._ups_billing()})

    def _client(self):
        """All workers use the same token of UPS."""
        client = super()._client()
        if self.provider == "ups":
            client.tokens = self._shared_tokens()
        return client

    def action_test_connection(self):
        """UPS says that there is nothing under a reference to those it lets in only."""
        if self.provider != "ups":
            return super().action_test_connection()
        told = None
        try:
            self._client().find(NOTHING, "pdf")
        except CarrierError as error:
            told = self._sentence(error)
        text = told or self.env._("%s lets us in.", self.name)
        return self.env["stock.picking"]._label_notification(text, "danger" if told else "success")
