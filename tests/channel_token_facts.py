# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of tokens that count once run inside Odoo, in processes of their own."""

import json
import os
import signal
import time

from tests.channel_facts import make_channel
from tests.sandbox.etsy import KEYSTRING, SHARED_SECRET

DAY = 86400


def set_up(env, url, tokens):
    """Channels of Etsy whose owner has consented, with their access tokens at their end."""
    from odoo.addons.channel_connectors.channels.base.state import Grant

    for pair in tokens.split(","):
        access, refresh = pair.split("/")
        channel = make_channel(env, url, "etsy", KEYSTRING, SHARED_SECRET, auto_import=False)
        env.cr.commit()
        grant = Grant(access, 3600.0, refresh, 90.0 * DAY)
        channel._account_state(channel._credentials()).store(grant)
        _end_access(env, channel, 0)
        print(f"channel_id={channel.id}")


def _end_access(env, channel, left):
    env.cr.commit()  # what was stored is not in the view of this transaction
    env.cr.execute(
        "UPDATE sales_channel_account SET token_until = extract(epoch FROM now()) + %s"
        " WHERE channel_id = %s",
        [left, channel.id],
    )
    env.cr.commit()


def ask(env, channel_id, start_at=0, left=""):
    """Ask Etsy something as a worker does; once for each of the seconds the token has left."""
    channel = env["sales.channel"].browse(int(channel_id))
    for seconds in left.split(",") if left else [None]:
        if seconds is not None:
            _end_access(env, channel, float(seconds))
        client = channel._adapter().client
        time.sleep(max(0.0, float(start_at) - time.time()))
        try:
            found = client.who_am_i()["shop_id"]
        except Exception as error:  # noqa: BLE001  (told to the test)
            found = type(error).__name__
        _tell(env, channel, found)


def _tell(env, channel, found):
    env.cr.rollback()
    env.invalidate_all()
    print(json.dumps({"found": found, "consent": channel.consent_state}))


def die(env, channel_id, moment):
    """A worker that is killed ``after`` its renewal was stored, or ``before`` that."""
    client = env["sales.channel"].browse(int(channel_id))._adapter().client

    def kill(*_args):
        os.kill(os.getpid(), signal.SIGKILL)

    if moment == "after":
        client._take = kill
    else:
        renew = client.renew
        client.renew = lambda refresh: kill(renew(refresh))
    client.who_am_i()


def lose_database(env, channel_id):
    """The connection to the database breaks after Etsy has answered and before it is stored."""
    channel = env["sales.channel"].browse(int(channel_id))
    client = channel._adapter().client
    renew = client.renew

    def renew_and_break(refresh):
        grant = renew(refresh)
        with env.registry.cursor() as cr:
            cr.execute(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()
                   AND state = 'idle in transaction'
                   AND query LIKE '%sales_channel_account%FOR UPDATE%'
                """
            )
            print(json.dumps({"broken": cr.fetchone()[0]}))
        return grant

    client.renew = renew_and_break
    _tell(env, channel, client.who_am_i()["shop_id"])
    _tell(env, channel, channel._adapter().client.who_am_i()["shop_id"])
