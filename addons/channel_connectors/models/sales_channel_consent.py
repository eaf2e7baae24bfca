# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..channels.base.adapter import adapter_class, channel_types
from ..channels.base.consent import ConsentLostError, new_verifier
from ..channels.base.errors import ChannelError
from ..channels.base.state import MemoryState

_logger = logging.getLogger(__name__)

MANAGER = "channel_connectors.group_channel_manager"
PATH = "/sales_channels/consent"
# So long before a consent ends people are told, if it could not be renewed by then.
WARNING = timedelta(days=21)
LOOPBACK = ("localhost", "127.0.0.1")


class SalesChannel(models.Model):
    """Channels whose owner signs in there and lets us in, see ``channels/base/consent.py``."""

    _inherit = "sales.channel"

    has_consent = fields.Boolean("Needs Consent", compute="_compute_has_consent")
    consent_redirect = fields.Char(
        "Callback Address",
        compute="_compute_consent_redirect",
        help="Enter it in the app at the channel exactly as it stands here.",
    )
    consent_state = fields.Selection(
        [
            ("none", "Not Connected"),
            ("good", "Connected"),
            ("soon", "Consent Ends Soon"),
            ("lost", "Connection Lost"),
        ],
        "Consent",
        compute="_compute_consent",
        compute_sudo=True,  # tells whether there is a consent; the tokens stay closed
    )
    consent_until = fields.Datetime(
        "Connected Until",
        compute="_compute_consent",
        compute_sudo=True,  # see above
        help="Renewed by itself with each use. Only if that fails for months somebody has to "
        "consent again.",
    )

    @api.depends("channel_type")
    def _compute_has_consent(self):
        for channel in self:
            channel.has_consent = channel._adapter_class().capabilities.consent

    @api.depends("channel_type")
    def _compute_consent_redirect(self):
        for channel in self:
            channel.consent_redirect = channel.has_consent and channel.get_base_url() + PATH

    @api.depends("channel_type", "api_base", "client_id")
    def _compute_consent(self):
        self.consent_state = "none"
        self.consent_until = False
        mine = self.filtered("has_consent")
        accounts = self.env["sales.channel.account"].search([("channel_id", "in", mine.ids)])
        for account in accounts:
            channel = account.channel_id
            if account.refresh_app != channel._credentials().app:
                continue
            until = datetime.fromtimestamp(account.refresh_until, timezone.utc)
            channel.consent_until = until.replace(tzinfo=None)
            channel.consent_state = account._consent_state(channel.consent_until)

    # Going to the channel

    def action_consent(self):
        """Send the browser to the channel, where the owner of the shop lets us in."""
        self.ensure_one()
        self._check_may_connect()
        credentials = self._credentials()
        if not (credentials.client_id and credentials.client_secret):
            raise UserError(self._advice("missing"))
        self._check_consent_redirect()
        # sudo: nobody may see or change what is under way
        consent = (
            self.env["sales.channel.consent"]
            .sudo()
            .create(
                {
                    "channel_id": self.id,
                    "state": secrets.token_urlsafe(32),
                    "verifier": new_verifier(),
                    "redirect": self.consent_redirect,
                }
            )
        )
        address = self._adapter().consent_address(consent.redirect, consent.state, consent.verifier)
        return {"type": "ir.actions.act_url", "url": address, "target": "self"}

    def _check_may_connect(self):
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only managers of sales channels connect shops."))

    def _check_consent_redirect(self):
        parts = urlsplit(self.consent_redirect)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise UserError(
                self.env._(
                    "Channels send people back only to an address that begins with https://. "
                    "This server's address is %s.",
                    self.get_base_url(),
                )
            )

    # Coming back

    @api.model
    def _receive_consent(self, state, code, error):
        """Somebody is back from the channel. The channel; None if nobody was sent there."""
        taken = self.env["sales.channel.consent"]._take(state or "")
        if not taken:
            return None
        channel = self.browse(taken["channel_id"])
        # sudo: a browser that comes back has no choice of companies; what is allowed in the
        # company of the channel is checked with it
        channel = channel.with_company(channel.sudo().company_id)
        channel._check_may_connect()
        if not taken["used"]:
            channel._finish_consent(taken, code, error)
        return channel

    def _finish_consent(self, taken, code, error):
        """Exchange the code; what goes wrong is to be read on the channel."""
        if error or not code:
            self._note_failure(self.env._("The shop did not let us in: %s", error or "?"))
            return
        try:
            self._keep_consent(code, taken["redirect"], taken["verifier"])
            _info, problems = self._check_connection()
        except ChannelError as failure:
            self._note_failure(self._explain(failure))
            return
        self._announce_consent("good")
        self.message_post(body=self.env._("Connected to %s", self.shop_name))
        if problems:
            _logger.info("%s: %s", self.name, problems)

    def _keep_consent(self, code, redirect, verifier):
        """Tokens for a code; they are only kept if they are of the shop of this channel."""
        credentials = replace(self._credentials(), account="")
        adapter = self._adapter_class()
        grant = adapter(credentials, state=MemoryState()).exchange(code, redirect, verifier)
        info = adapter(credentials, state=MemoryState(grant=grant)).shop_info()
        if self.shop_domain and self.shop_domain != info.domain:
            raise ConsentLostError(
                self.env._(
                    "This is the shop %(new)s, but the channel holds orders of %(old)s. Sign in "
                    "as the owner of that one, or make a new channel.",
                    new=info.name,
                    old=self.shop_name or self.shop_domain,
                )
            )
        self._account_state(credentials).store(grant)

    def _consent_return_address(self):
        """Where the browser goes after the channel has let us in, or has not."""
        self.ensure_one()
        page = "sales-channels" if self.setup_step == "done" else "connect-shop"
        return f"/odoo/{page}/{self.id}"

    # Staying connected

    @api.model
    def _cron_keep_consent(self):
        """Renew what would end because nothing was asked for weeks; warn where that fails."""
        types = [name for name, _label in channel_types() if _needs_consent(name)]
        channels = self.search([("channel_type", "in", types)])
        for channel in channels.filtered(lambda row: row.consent_state in ("good", "soon")):
            channel = channel._in_company_language()
            try:
                channel._adapter().keep_alive()
            except ChannelError as error:
                channel._note_failure(channel._explain(error))
        # What was renewed, or lost, stands in transactions of its own.
        self.env["ir.cron"]._commit_progress(len(channels), remaining=0)
        self.env.invalidate_all()
        for channel in channels:
            channel._in_company_language()._announce_consent(channel.consent_state)

    def _announce_consent(self, state):
        """One activity on the channel as long as somebody has to consent again."""
        summary = self.env._("Connect with the channel again")
        activities = self.activity_ids.filtered(lambda row: row.summary == summary)
        if state in ("good", "none"):
            activities.action_done()
        elif not activities:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=self.env._(
                    "The consent of the shop's owner has ended or ends soon. Until somebody "
                    "connects the channel again no orders come in after that."
                ),
                date_deadline=self._consent_deadline(),
                user_id=(self.responsible_id or self.env.user).id,
            )

    def _consent_deadline(self):
        """A week before the consent ends; today if it has ended."""
        today = fields.Date.context_today(self)
        if not self.consent_until or self.consent_state == "lost":
            return today
        return max(today, fields.Date.context_today(self, self.consent_until - timedelta(days=7)))


class SalesChannelAccount(models.Model):
    _inherit = "sales.channel.account"

    def _consent_state(self, until):
        """How the consent of this account is doing, which ends at a moment."""
        self.ensure_one()
        now = fields.Datetime.now()
        if self.consent_lost or until <= now:
            return "lost"
        return "soon" if until - now < WARNING else "good"


def _needs_consent(channel_type):
    return adapter_class(channel_type).capabilities.consent
