# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import os

from odoo import fields, models
from odoo.exceptions import UserError

from ..channels.base.adapter import Credentials
from ..channels.base.errors import ChannelError


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    def _secret(self, name):
        """A stored secret, or the one the environment sets in its place."""
        self.ensure_one()
        # sudo: the column is closed to everybody; what is read goes to the channel only
        return (
            os.environ.get(f"ODOO_CHANNEL_{self.id}_{name.upper()}")
            or self.sudo()[f"{name}_stored"]
            or ""
        )

    def _adapter(self):
        """Connection to the channel."""
        credentials = self._credentials()
        return self._adapter_class()(credentials, state=self._account_state(credentials))

    def _credentials(self):
        """How to reach the account of the channel."""
        self.ensure_one()
        # sudo: the address is hidden from plain sales staff, the import runs for them too
        channel = self.sudo()
        return Credentials(
            api_base=channel.api_base or "",
            client_id=channel.client_id or "",
            client_secret=self._secret("client_secret"),
            access_token=self._secret("access_token"),
            previous_secret=self._secret("client_secret_previous"),
            account=channel.shop_domain or "",
            local=self._stand_in_allowed(),
        )

    def _stand_in_allowed(self):
        """Whether a shop may be a stand-in on this machine; for tests and demonstrations."""
        # sudo: only administrators of the system can read parameters
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("channel_connectors.stand_in_allowed") == "True"

    def _explain(self, error):
        """A failure in words that say who has to do what."""
        text = {
            "auth": self.env._("The channel does not let us in: %s", error),
            "throttled": self.env._("The channel asks for a pause: %s", error),
            "transient": self.env._("The channel does not answer as it should: %s", error),
            "refused": self.env._("The channel refuses the request: %s", error),
            "uncertain": self.env._("Nobody knows whether the channel has done it: %s", error),
        }
        advice = self._advice(error.code)
        return f"{text[error.kind]}\n{advice}" if advice else text[error.kind]

    def _advice(self, code):
        """What a person can do about a failure, if anything."""
        advice = {
            "missing": self.env._("Enter the client ID and the client secret of the app."),
            "credentials": self.env._(
                "Check the client ID and the secret in the settings of the app, and that app "
                "and shop belong to the same organization."
            ),
            "token": self.env._("The access token was revoked: enter a new one."),
            "consent": self.env._(
                "Connect with the channel: the owner of the shop has to consent, again or for the "
                "first time."
            ),
            "forbidden": self.env._("The channel does not let this app do that."),
            "scope": self.env._(
                "Give the app the right it lacks, then have the shop approve it again."
            ),
            "closed": self.env._("The shop is paused, closed, or has removed the app."),
            "address": self.env._("Check the address of the shop."),
            "timeout": self.env._("It is tried again with the next import."),
            "unreachable": self.env._("It is tried again with the next import."),
            "server": self.env._("It is tried again with the next import."),
            "uncertain": self.env._("Look at the channel before you do it again."),
        }
        return advice.get(code)

    def _note_success(self):
        self.write({"last_success": fields.Datetime.now(), "last_error": False})

    def _note_failure(self, text):
        self.write({"last_error": text, "last_error_date": fields.Datetime.now()})

    def action_test_connection(self):
        """Ask the channel who it is; tell what it says and which rights are missing."""
        self.ensure_one()
        try:
            info, problems = self._check_connection()
        except ChannelError as error:
            text = self._explain(error)
            self._note_failure(text)
            return self._notify(self.env._("No connection"), text, "danger")
        if problems:
            return self._notify(self.env._("Connected to %s", info.name), problems, "warning")
        return self._notify(
            self.env._("Connected to %s", info.name),
            self.env._("The shop answers and the app has all rights it needs."),
            "success",
        )

    def _check_connection(self):
        """What the channel says of itself, and what is wrong with it in words."""
        info = self._adapter().shop_info()
        self.write(
            {
                "shop_name": info.name,
                "served_version": info.api_version,
                "shop_domain": info.domain,
            }
        )
        problems = []
        if info.currency != self.currency_id.name:
            problems.append(
                self.env._(
                    "The shop keeps its books in %(shop)s, this channel is set to %(channel)s.",
                    shop=info.currency,
                    channel=self.currency_id.name,
                )
            )
        if info.missing_scopes:
            problems.append(
                self.env._("The app has no right to: %s", ", ".join(info.missing_scopes))
            )
        if not info.api_version_supported:
            problems.append(self.env._("The shop no longer supports version %s.", info.api_version))
        if problems:
            self._note_failure("\n".join(problems))
        else:
            self._note_success()
        return info, "\n".join(problems)

    def _require_setup(self):
        """Say what is missing before an import can begin."""
        self.ensure_one()
        # sudo: the address is hidden from plain sales staff
        if not self.sudo().api_base:
            raise UserError(self.env._("Enter the address of the shop first."))
        if self.has_consent and self.consent_state == "none":
            raise UserError(self._advice("consent"))

    def _notify(self, title, message, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": message,
                "type": kind,
                "sticky": kind in ("warning", "danger"),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
