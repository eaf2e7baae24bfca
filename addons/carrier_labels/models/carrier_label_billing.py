# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import re
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..carriers.dhl.products import PRODUCTS, RETURNS, billing_number


class CarrierLabelAccount(models.Model):
    _inherit = "carrier.label.account"

    dhl_ekp = fields.Char("EKP", help="Customer number at DHL: ten digits.")
    dhl_billing_ids = fields.One2many(
        "carrier.label.billing", "account_id", "Billing Numbers", copy=True
    )
    dhl_profile = fields.Char(
        "User Group Profile", default="STANDARD_GRUPPENPROFIL", help="From the DHL business portal."
    )
    dhl_return_receiver = fields.Char(
        "Return Receiver",
        default="deu",
        help="Receiver ID of returns from Germany, from the DHL business portal.",
    )

    @api.constrains("dhl_ekp")
    def _check_dhl_ekp(self):
        for account in self.filtered("dhl_ekp"):
            if not re.fullmatch(r"\d{10}", account.dhl_ekp):
                raise ValidationError(self.env._("An EKP has ten digits: %s", account.dhl_ekp))

    def _prepare_account(self):
        account = super()._prepare_account()
        return replace(account, secrets={**account.secrets, "profile": self.dhl_profile or ""})

    def _dhl_billing(self):
        """Billing numbers by product."""
        self.ensure_one()
        return {line.product: line.number for line in self.dhl_billing_ids if line.number}


class CarrierLabelBilling(models.Model):
    """Under which number a product of DHL is billed."""

    _name = "carrier.label.billing"
    _description = "Billing Number at DHL"
    _rec_name = "number"

    account_id = fields.Many2one(
        "carrier.label.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id")
    product = fields.Selection(lambda self: self._products(), required=True)
    participation = fields.Char(
        required=True, default="01", help="Two characters: the last of the billing number."
    )
    number = fields.Char("Billing Number", compute="_compute_number")

    _unique_product = models.Constraint(
        "UNIQUE(account_id, product)", "A product has one billing number."
    )

    @api.model
    def _products(self):
        return [(code, product.name) for code, product in PRODUCTS.items()] + [
            (RETURNS, self.env._("DHL Retoure"))
        ]

    @api.depends("account_id.dhl_ekp", "product", "participation")
    def _compute_number(self):
        for line in self:
            ekp = line.account_id.dhl_ekp
            line.number = ekp and billing_number(ekp, line.product, line.participation)

    @api.constrains("participation")
    def _check_participation(self):
        for line in self:
            if not re.fullmatch(r"[0-9A-Za-z]{2}", line.participation):
                raise ValidationError(
                    self.env._("A participation has two characters: %s", line.participation)
                )
