# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import os
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..carriers.base.client import Account
from ..carriers.base.errors import CarrierError, CarrierRefused
from ..carriers.registry import client_class

MANAGER = "stock.group_stock_manager"
SECRETS = ("api_secret", "password", "tracking_password")


class CarrierLabelAccount(models.Model):
    """A contract with a carrier; several delivery methods can use it."""

    _name = "carrier.label.account"
    _description = "Account at a Carrier"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    provider = fields.Selection([("dhl_de", "DHL Parcel DE")], required=True, default="dhl_de")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("production", "Production")],
        required=True,
        default="sandbox",
        help="Labels of the sandbox cost nothing and cannot be sent.",
    )
    api_key = fields.Char("API Key", groups=MANAGER, copy=False)
    username = fields.Char("User", groups=MANAGER, copy=False)
    tracking_username = fields.Char(
        "Tracking User",
        groups=MANAGER,
        copy=False,
        help="Of the tracking service, where it is another one than the user above.",
    )
    api_secret = fields.Char(
        "API Secret",
        compute="_compute_secrets",
        inverse="_inverse_api_secret",
        groups=MANAGER,
        copy=False,
        help="Written and never shown again. The environment variable "
        "ODOO_CARRIER_<ID>_API_SECRET takes precedence.",
    )
    password = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_password",
        groups=MANAGER,
        copy=False,
        help="Written and never shown again. The environment variable "
        "ODOO_CARRIER_<ID>_PASSWORD takes precedence.",
    )
    tracking_password = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_tracking_password",
        groups=MANAGER,
        copy=False,
        help="Written and never shown again. The environment variable "
        "ODOO_CARRIER_<ID>_TRACKING_PASSWORD takes precedence.",
    )
    api_secret_stored = fields.Char(groups=fields.NO_ACCESS, copy=False)
    password_stored = fields.Char(groups=fields.NO_ACCESS, copy=False)
    tracking_password_stored = fields.Char(groups=fields.NO_ACCESS, copy=False)
    has_secrets = fields.Boolean(
        "Secrets Set",
        compute="_compute_has_secrets",
        compute_sudo=True,  # tells whether there is a secret, not which
    )
    carrier_ids = fields.One2many("delivery.carrier", "label_account_id", "Delivery Methods")

    def _compute_secrets(self):
        for name in SECRETS:
            self[name] = False

    def _inverse_api_secret(self):
        self._store_secret("api_secret")

    def _inverse_password(self):
        self._store_secret("password")

    def _inverse_tracking_password(self):
        self._store_secret("tracking_password")

    def _store_secret(self, name):
        for account in self:
            # An empty field means "unchanged": the form never shows what is stored.
            if account[name]:
                # sudo: the column is closed to everybody, its writer included
                account.sudo()[f"{name}_stored"] = account[name]

    def _secret(self, name):
        """A stored secret, or the one the environment sets in its place."""
        self.ensure_one()
        # sudo: the column is closed to everybody; what is read goes to the carrier only
        return (
            os.environ.get(f"ODOO_CARRIER_{self.id}_{name.upper()}")
            or self.sudo()[f"{name}_stored"]
            or ""
        )

    @api.depends("api_secret_stored", "password_stored")
    def _compute_has_secrets(self):
        for account in self:
            account.has_secrets = bool(account._secret("api_secret") or account._secret("password"))

    def _prepare_account(self):
        """What the client of the carrier has to know; a provider adds its own."""
        self.ensure_one()
        # sudo: names and addresses are for managers, labels are bought by whoever ships;
        # parameters can be read by administrators only
        account = self.sudo()
        stand_in = f"carrier_labels.stand_in_{account.provider}"
        base = account.env["ir.config_parameter"].get_param(stand_in) or ""
        # A stand-in is on this machine: no password goes anywhere else but to the carrier.
        base = base if urlsplit(base).hostname in ("127.0.0.1", "localhost") else ""
        return Account(
            key=f"{self.env.cr.dbname}/{self.id}",
            production=account.environment == "production",
            secrets={
                "api_key": account.api_key or "",
                "username": account.username or "",
                "tracking_username": account.tracking_username or account.username or "",
                **{name: account._secret(name) for name in SECRETS},
            },
            base=base,
        )

    def _client(self):
        """A client of this account."""
        self.ensure_one()
        if not self.has_secrets:
            raise UserError(
                self.env._("Enter how to log in at the carrier in the account %s.", self.name)
            )
        return client_class(self.provider)(self._prepare_account())

    def _client_or_why(self):
        """A client, or why there is none, for what is done for many accounts."""
        try:
            return self._client()
        except UserError as error:
            return CarrierRefused("%(said)s", code="access", said=error)

    def action_test_connection(self):
        """Look for a label there cannot be: whoever is told so is let in."""
        self.ensure_one()
        told = None
        try:
            self._client().fetch(["00340000000000000000"], "pdf")
        except CarrierError as error:
            told = None if error.code == "not_found" else self._sentence(error)
        text = told or self.env._("%s lets us in.", self.name)
        return self.env["stock.picking"]._label_notification(text, "danger" if told else "success")

    def _sentence(self, error):
        """A failure in the language of who reads it.

        The sentences are marked for translation where they are written.
        """
        values = {name: str(value) for name, value in error.values.items()}
        text = self.env._(error.template, **values) if values else self.env._(error.template)
        if error.field.startswith("sender."):
            return self.env._("Address of the sender: %s", text)
        return text
