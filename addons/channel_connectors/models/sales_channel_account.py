# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
import hashlib
from contextlib import contextmanager
from dataclasses import replace

import psycopg2.errors
from cryptography.fernet import Fernet, InvalidToken

from odoo import api, fields, models
from odoo.tools import SQL

from ..channels.base.state import Bucket, Grant, MemoryState, needs_renewal

# Each failure of one worker is the success of another one.
ATTEMPTS = 50


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
    bucket_level = fields.Float()
    bucket_size = fields.Float()
    bucket_rate = fields.Float()
    bucket_moment = fields.Float(help="Seconds since 1970.")

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

    def _account_state(self, fingerprint, secret):
        """The state all workers on this channel share."""
        self.ensure_one()
        return SharedState(self.env.registry, self.id, fingerprint, secret)

    def _forget_token(self):
        """Ask for a new token with the next request."""
        # sudo: see create()
        self.env["sales.channel.account"].sudo().search([("channel_id", "in", self.ids)]).write(
            {"fingerprint": False, "token": False}
        )


def _cipher(secret):
    """A copy of the database does not give away a token if the secret is not in it."""
    key = hashlib.sha256(b"sales.channel.account\0" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class SharedState:
    """``AccountState`` in the database: one row a channel, locked for moments only."""

    def __init__(self, registry, channel_id, fingerprint, secret):
        self.registry = registry
        self.channel_id = channel_id
        self.fingerprint = fingerprint
        self.cipher = _cipher(secret)
        # For a channel that is not saved yet.
        self.memory = MemoryState()

    def grant(self, renew, refused=""):
        """See ``AccountState``."""
        row = self._retry(self._read_token)
        if row is None:
            return self.memory.grant(renew, refused)
        known = self._known_grant(row, refused)
        if known.token and not needs_renewal(known.lifetime, row["token_lifetime"]):
            return known
        return self._retry(self._renew, renew, refused)

    def take(self, points, longest):
        """See ``AccountState``."""
        return self._retry(self._take, points, longest)

    def settle(self, taken, spent, told):
        """See ``AccountState``."""
        self._retry(self._settle, taken, spent, told)

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
                    SELECT fingerprint, token, token_lifetime, token_until,
                           bucket_level, bucket_size, bucket_rate, bucket_moment,
                           extract(epoch FROM clock_timestamp())::float AS now
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

    def _write(self, cr, **values):
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

    # Token

    def _read_token(self):
        with self._row(SQL()) as (_cr, row):
            return row

    def _known_grant(self, row, refused):
        """The stored token; empty if it is not ours, refused or at its end."""
        left = (row["token_until"] or 0.0) - row["now"]
        if row["fingerprint"] != self.fingerprint or not row["token"] or left <= 0:
            return Grant("", 0.0)
        try:
            token = self.cipher.decrypt(row["token"].encode()).decode()
        except InvalidToken:
            return Grant("", 0.0)
        return Grant("", 0.0) if token == refused else Grant(token, left)

    def _renew(self, renew, refused):
        """Let one worker ask for a token; the others use the old one as long as it lives."""
        old = self._known_grant(self._read_token(), refused)
        lock = SQL("FOR UPDATE SKIP LOCKED") if old.token else SQL("FOR UPDATE")
        with self._row(lock) as (cr, row):
            if row is None:
                return old
            known = self._known_grant(row, refused)
            if known.token and not needs_renewal(known.lifetime, row["token_lifetime"]):
                return known
            grant = renew("")
            self._write(
                cr,
                fingerprint=self.fingerprint,
                token=self.cipher.encrypt(grant.token.encode()).decode(),
                token_lifetime=grant.lifetime,
                token_until=row["now"] + grant.lifetime,
            )
            return grant

    # Limit

    @staticmethod
    def _bucket(row):
        return Bucket(
            level=row["bucket_level"] or 0.0,
            size=row["bucket_size"] or 0.0,
            rate=row["bucket_rate"] or 0.0,
            moment=row["bucket_moment"] or 0.0,
        )

    def _write_bucket(self, cr, bucket):
        self._write(
            cr,
            bucket_level=bucket.level,
            bucket_size=bucket.size,
            bucket_rate=bucket.rate,
            bucket_moment=bucket.moment,
        )

    def _take(self, points, longest):
        with self._row() as (cr, row):
            if row is None:
                return self.memory.take(points, longest)
            bucket, wait = self._bucket(row).take(points, row["now"], longest)
            self._write_bucket(cr, bucket)
            return wait

    def _settle(self, taken, spent, told):
        with self._row() as (cr, row):
            if row is None:
                self.memory.settle(taken, spent, told)
                return
            told = replace(told, moment=row["now"])
            self._write_bucket(cr, self._bucket(row).settle(taken, spent, told))
