# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of the state that workers share run inside Odoo, in processes of their own."""

import json
import time

from tests.channel_facts import make_channel
from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET


def set_up(env, url):
    """A channel at the stand-in that knows its limit and whose token is near its end."""
    channel = make_channel(env, url, "shopify", CLIENT_ID, CLIENT_SECRET)
    env.cr.commit()
    channel._adapter().client.execute("orders_page", {"first": 50, "query": ""})
    env.cr.commit()  # the account was written by a transaction of its own
    env.cr.execute(
        "UPDATE sales_channel_account SET token_until = extract(epoch FROM now()) + 60"
        " WHERE channel_id = %s",
        [channel.id],
    )
    env.cr.commit()
    print(channel.id)


def ask(env, channel_id, count, start_at):
    """Ask for the same page again and again, from one moment on; tells what was refused."""
    client = env["sales.channel"].browse(int(channel_id))._adapter().client
    client.attempts = 1  # a refusal is to be seen
    time.sleep(max(0.0, float(start_at) - time.time()))
    refused = 0
    for _number in range(int(count)):
        try:
            client.execute("orders_page", {"first": 50, "query": ""})
        except Exception as error:  # noqa: BLE001  (told to the test)
            refused += 1
            print(repr(error))
    print(json.dumps({"refused": refused}))


def stored(env, channel_id):
    """What the database holds of the token."""
    env.cr.execute(
        "SELECT token, bucket_rate FROM sales_channel_account WHERE channel_id = %s",
        [int(channel_id)],
    )
    token, rate = env.cr.fetchone()
    print(json.dumps({"token": token, "rate": rate}))
