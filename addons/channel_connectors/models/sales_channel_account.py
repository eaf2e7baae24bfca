# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
import hashlib
import logging
import time
from contextlib import contextmanager

import psycopg2
import psycopg2.errors
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo import api, fields, models
from odoo.tools import SQL

from ..channels.base.consent import ConsentLostError
from ..channels.base.state import Bucket, Grant, Limits, MemoryState, needs_renewal, settled

_logger = logging.getLogger(__name__)

# Each failure of one worker is the success of another one.
ATTEMPTS = 50
# Seconds a grant is held on to when the database fails between the request and its commit.
RESCUE = 30


class SalesChannelAccount(models.Model):
    """State of an account that all workers share.

    It is kept apart from the channel, and written in transactions of its own: what the
    channel granted or charged is true even if the work it was for is rolled back. The row
    is made with the channel; until that is saved nobody else can know it.
    """

    _name = "sales.channel.account"
    _description = "Account of a Sales Channel"
    _log_access = False
    _rec_name = "channel_id"

    channel_id = fields.Many2one("sales.channel", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id")
    fingerprint = fields.Char(help="Of the credentials the token was granted for.")
    token = fields.Char(groups=fields.NO_ACCESS, help="Encrypted with the client secret.")
    token_lifetime = fields.Float()
    token_until = fields.Float(help="Seconds since 1970.")
    refresh_token = fields.Char(groups=fields.NO_ACCESS, help="Encrypted as the token.")
    refresh_until = fields.Float(help="Seconds since 1970.")
    refresh_app = fields.Char(help="Of the app the owner of the shop has consented to.")
    consent_lost = fields.Boolean(help="The channel has turned the refresh token down.")
    bucket_level = fields.Float()
    bucket_size = fields.Float()
    bucket_rate = fields.Float()
    bucket_moment = fields.Float(help="Seconds since 1970.")
    budget_level = fields.Float(help="Requests left of a day, where the channel counts them.")
    budget_size = fields.Float()
    budget_rate = fields.Float()
    budget_moment = fields.Float(help="Seconds since 1970.")

    _unique_channel = models.Constraint("UNIQUE(channel_id)", "A channel has one account.")

    def init(self):
        """Channels from before this model get their row too."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_channel_account (channel_id)
                SELECT id FROM sales_channel ON CONFLICT (channel_id) DO NOTHING
                """
            )
        )


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        # sudo: the row is for the machinery, no role has any business with it
        self.env["sales.channel.account"].sudo().create(
            [{"channel_id": channel.id} for channel in channels]
        )
        return channels

    def _account_state(self, credentials):
        """The state all workers on this channel share."""
        self.ensure_one()
        return SharedState(self.env.registry, self.id, credentials)

    def _forget_token(self):
        """Ask for a new token with the next request, be it in this transaction."""
        self._account_state(self._credentials()).forget()


def _cipher(credentials):
    """A copy of the database does not give away a token if the secret is not in it.

    What was encrypted before the secret was replaced can still be read.
    """
    secrets = [credentials.client_secret, credentials.previous_secret]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets if secret or not any(secrets)])


def _key(secret):
    digest = hashlib.sha256(b"sales.channel.account\0" + secret.encode()).digest()
    return base64.urlsafe_b64encode(digest)


class SharedState:
    """``AccountState`` in the database: one row a channel, locked for moments only."""

    def __init__(self, registry, channel_id, credentials):
        self.registry = registry
        self.channel_id = channel_id
        self.fingerprint = credentials.fingerprint
        self.app = credentials.app
        self.cipher = _cipher(credentials)
        # For a channel that is not saved yet.
        self.memory = MemoryState()

    def grant(self, renew, refused=""):
        """See ``AccountState``."""
        row = self._retry(self._read)
        if row is None:
            return self.memory.grant(renew, refused)
        known = self._known_grant(row, refused)
        if known.token and not needs_renewal(known.lifetime, row["token_lifetime"]):
            return known
        return self._retry(self._renew, renew, refused)

    def store(self, grant):
        """See ``AccountState``."""
        if not self._retry(self._store, grant):
            self.memory.store(grant)

    def forget(self):
        """Take the token for none, whatever time it has left; a refresh token stays."""
        self._retry(self._forget)

    def take(self, points, longest, reserve=0.0, first=None):
        """See ``AccountState``."""
        return self._retry(self._take, points, longest, reserve, first)

    def adjust(self, step):
        """See ``AccountState``."""
        self._retry(self._adjust, step)

    def settle(self, taken, spent, told):
        """See ``AccountState``."""
        self.adjust(settled(taken, spent, told))

    @staticmethod
    def _retry(step, *args):
        """Run a step again if somebody else has changed the row since it began."""
        for _attempt in range(ATTEMPTS - 1):
            try:
                return step(*args)
            except psycopg2.errors.SerializationFailure:
                continue
        return step(*args)

    @contextmanager
    def _row(self, lock=SQL("FOR UPDATE")):  # noqa: B008  (a constant)
        """The row and the cursor that holds it; None if there is none to be had."""
        with self.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    SELECT *, extract(epoch FROM clock_timestamp())::float AS now
                      FROM sales_channel_account
                     WHERE channel_id = %s %s
                    """,
                    self.channel_id,
                    lock,
                ),
                log_exceptions=False,
            )
            rows = cr.dictfetchall()
            yield cr, rows[0] if rows else None

    def _write(self, cr, values):
        assignments = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
        )
        cr.execute(
            SQL(
                "UPDATE sales_channel_account SET %s WHERE channel_id = %s",
                assignments,
                self.channel_id,
            ),
            log_exceptions=False,
        )

    def _read(self):
        with self._row(SQL()) as (_cr, row):
            return row

    # Token

    def _known_grant(self, row, refused):
        """The stored token; empty if it is not ours, refused or at its end."""
        left = (row["token_until"] or 0.0) - row["now"]
        if row["fingerprint"] != self.fingerprint or left <= 0:
            return Grant("", 0.0)
        token = self._decrypted(row["token"])
        return Grant("", 0.0) if token == refused else Grant(token, left)

    def _known_refresh(self, row):
        """The stored refresh token; empty if it is another app's, or at its end."""
        if row["refresh_app"] != self.app or (row["refresh_until"] or 0.0) <= row["now"]:
            return ""
        return self._decrypted(row["refresh_token"])

    def _decrypted(self, text):
        """A token as it was; empty if it was encrypted with a secret we do not know."""
        try:
            return self.cipher.decrypt(text.encode()).decode() if text else ""
        except InvalidToken:
            return ""

    def _encrypted(self, text):
        return self.cipher.encrypt(text.encode()).decode()

    def _renew(self, renew, refused):
        """Let one worker ask for a token; the others use the old one as long as it lives."""
        old = self._known_grant(self._read(), refused)
        lock = SQL("FOR UPDATE SKIP LOCKED") if old.token else SQL("FOR UPDATE")
        grant = lost = None
        try:
            with self._row(lock) as (cr, row):
                if row is None:
                    return old
                known = self._known_grant(row, refused)
                if known.token and not needs_renewal(known.lifetime, row["token_lifetime"]):
                    return known
                try:
                    grant = renew(self._known_refresh(row))
                except ConsentLostError as error:
                    lost = error
                    self._note_lost(cr, row)
                else:
                    self._write(cr, self._grant_values(grant, row))
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if grant is None:
                raise
            self._rescue(grant)
        if lost and not old.token:
            raise lost
        return grant or old

    def _note_lost(self, cr, row):
        """A refresh token that was turned down once is never taken again."""
        if self._known_refresh(row):
            self._write(cr, {"refresh_token": None, "consent_lost": True})

    def _grant_values(self, grant, row):
        values = {
            "fingerprint": self.fingerprint,
            "token": self._encrypted(grant.token),
            "token_lifetime": grant.lifetime,
            "token_until": row["now"] + grant.lifetime,
        }
        # A refresh token that was not replaced does not live longer for having been used.
        if grant.refresh and grant.refresh != self._known_refresh(row):
            values |= {
                "refresh_token": self._encrypted(grant.refresh),
                "refresh_until": row["now"] + grant.refresh_lifetime,
                "refresh_app": self.app,
                "consent_lost": False,
            }
        return values

    def _store(self, grant):
        with self._row() as (cr, row):
            if row is not None:
                self._write(cr, self._grant_values(grant, row))
            return row is not None

    def _forget(self):
        with self._row() as (cr, row):
            if row is not None:
                self._write(cr, {"fingerprint": None, "token": None})

    def _rescue(self, grant):
        """The database went away after the channel had granted: nobody else has this grant."""
        for _second in range(RESCUE):
            try:
                self._retry(self._store, grant)
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                _logger.info("a granted token is not stored yet: %s", error)
                time.sleep(1)
            else:
                return
        self._retry(self._store, grant)

    # Limits

    @staticmethod
    def _bucket(row, name):
        return Bucket(
            level=row[f"{name}_level"] or 0.0,
            size=row[f"{name}_size"] or 0.0,
            rate=row[f"{name}_rate"] or 0.0,
            moment=row[f"{name}_moment"] or 0.0,
        )

    def _limits(self, row):
        return Limits(self._bucket(row, "bucket"), self._bucket(row, "budget"))

    def _write_limits(self, cr, limits):
        buckets = {"bucket": limits.pace, "budget": limits.budget}
        self._write(
            cr,
            {
                f"{name}_{part}": getattr(bucket, part)
                for name, bucket in buckets.items()
                for part in ("level", "size", "rate", "moment")
            },
        )

    def _take(self, points, longest, reserve, first):
        with self._row() as (cr, row):
            if row is None:
                return self.memory.take(points, longest, reserve, first)
            known = self._limits(row)
            known = known if known.pace.rate else first or known
            limits, wait = known.take(points, row["now"], longest, reserve)
            self._write_limits(cr, limits)
            return wait

    def _adjust(self, step):
        with self._row() as (cr, row):
            if row is None:
                self.memory.adjust(step)
                return
            self._write_limits(cr, step(self._limits(row).at(row["now"])))
