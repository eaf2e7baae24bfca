# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
import hashlib
import time

import psycopg2.errors
from cryptography.fernet import Fernet, InvalidToken

from odoo import fields, models
from odoo.tools import SQL

from ..carriers.base.http import MARGIN, Tokens

# Each failure of one worker is the success of another one.
ATTEMPTS = 20
# For accounts that are not saved yet.
MEMORY = Tokens()


class CarrierLabelToken(models.Model):
    """The access token of an account, for all workers.

    It is kept apart from the account and written in transactions of its own: what the carrier
    granted is true even if the work it was for is rolled back.
    """

    _name = "carrier.label.token"
    _description = "Access Token of a Carrier"
    _log_access = False
    _rec_name = "account_id"

    account_id = fields.Many2one("carrier.label.account", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    token = fields.Char(groups=fields.NO_ACCESS, help="Encrypted with what it was granted for.")
    until = fields.Float(groups=fields.NO_ACCESS, help="Seconds since 1970.")

    _unique_account = models.Constraint("UNIQUE(account_id)", "An account has one token.")


class CarrierLabelAccount(models.Model):
    _inherit = "carrier.label.account"

    def _shared_tokens(self):
        """The token of this account as a client asks for it."""
        self.ensure_one()
        return SharedTokens(self.env.registry, self.id)


class SharedTokens:
    """``Tokens`` in the database: one row an account, locked by who asks for a new one."""

    def __init__(self, registry, account_id):
        self.registry = registry
        self.account_id = account_id

    def get(self, key, renew):
        """See ``Tokens``."""
        cipher = _cipher(key)
        found = self._retry(self._get, cipher, renew)
        return MEMORY.get(key, renew) if found is None else found

    def forget(self, key):
        """See ``Tokens``."""
        MEMORY.forget(key)
        self._retry(self._forget)

    @staticmethod
    def _retry(step, *args):
        """Again if somebody else has changed the row since the transaction began."""
        for _attempt in range(ATTEMPTS - 1):
            try:
                return step(*args)
            except psycopg2.errors.SerializationFailure:
                continue
        return step(*args)

    def _get(self, cipher, renew):
        with self.registry.cursor() as cr:
            if token := self._read(cr, cipher, SQL()):
                return token
            cr.execute(
                SQL(
                    """
                    INSERT INTO carrier_label_token (account_id)
                    SELECT id FROM carrier_label_account WHERE id = %s
                        ON CONFLICT (account_id) DO NOTHING
                    """,
                    self.account_id,
                )
            )
            token = self._read(cr, cipher, SQL("FOR UPDATE"))
            return self._renew(cr, cipher, renew) if token == "" else token

    def _read(self, cr, cipher, lock):
        """The token; empty if it is none or at its end, None if there is no row for it."""
        cr.execute(
            SQL(
                "SELECT token, until FROM carrier_label_token WHERE account_id = %s %s",
                self.account_id,
                lock,
            ),
            log_exceptions=False,
        )
        row = cr.fetchone()
        if row is None:
            return None
        token, until = row
        if not token or until <= time.time():
            return ""
        try:
            return cipher.decrypt(token.encode()).decode()
        except InvalidToken:
            # The account logs in with something else since.
            return ""

    def _renew(self, cr, cipher, renew):
        token, lifetime = renew()
        cr.execute(
            SQL(
                "UPDATE carrier_label_token SET token = %s, until = %s WHERE account_id = %s",
                cipher.encrypt(token.encode()).decode(),
                time.time() + lifetime - MARGIN,
                self.account_id,
            )
        )
        return token

    def _forget(self):
        with self.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "UPDATE carrier_label_token SET token = NULL WHERE account_id = %s",
                    self.account_id,
                ),
                log_exceptions=False,
            )


def _cipher(key):
    """A copy of the database does not give away a token if the secret is not in it."""
    digest = hashlib.sha256(b"carrier.label.token\0" + repr(key).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
