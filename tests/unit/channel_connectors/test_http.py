# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What all clients have in common: what is asked again, and what an answer may be like."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import http
from channels.base.adapter import Credentials
from channels.base.errors import ThrottledError, TransientError, UncertainError
from channels.base.state import Grant
from channels.shopify.client import ShopifyClient
from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET, Sandbox, Store, default_orders

CREDENTIALS = Credentials("https://api.market.example", "id", "secret")
FAILURES = MappingProxyType(
    {
        "throttled": ThrottledError("later", 1.0),
        "unsent": TransientError("no connection", "unreachable", unsent=True),
        "lost": TransientError("no answer", "timeout"),
    }
)


class Client(http.HttpClient):
    """Meets the outcomes it was given, one an attempt, and then succeeds."""

    def __init__(self, outcomes=(), grants=(), credentials=CREDENTIALS):
        super().__init__(credentials, sleep=lambda seconds: None)
        self.outcomes, self.grants = list(outcomes), list(grants)
        self.done = 0

    @staticmethod
    def check_api_base(api_base, *, local=False):
        return api_base

    def renew(self, refresh):
        if self.grants:
            raise self.grants.pop(0)
        return Grant("token", 3600.0)

    def ask(self, *, repeatable):
        return self._repeat("ask", self._attempt, repeatable=repeatable)

    def _attempt(self):
        token = self._token()
        outcome = self.outcomes.pop(0) if self.outcomes else "done"
        # Of a lost answer nobody knows: the worst is that the work was done.
        self.done += outcome in ("done", "lost")
        if outcome in FAILURES:
            raise FAILURES[outcome]
        return {"token": token}


@given(outcomes=st.lists(st.sampled_from(["throttled", "unsent", "lost"]), max_size=7))
def test_work_that_must_not_be_repeated_is_done_once_at_the_most(outcomes):
    client = Client(outcomes)
    harmless = next((n for n, name in enumerate(outcomes) if name == "lost"), len(outcomes))
    if harmless >= 5:
        with pytest.raises((ThrottledError, TransientError)):
            client.ask(repeatable=False)
        assert client.done == 0
    elif harmless < len(outcomes):
        with pytest.raises(UncertainError, match="ask: no answer; it may"):
            client.ask(repeatable=False)
        assert client.done == 1
    else:
        assert client.ask(repeatable=False) == {"token": "token"}
        assert client.done == 1


def test_what_may_be_repeated_is(outcomes=("lost", "throttled", "lost", "unsent")):
    assert Client(outcomes).ask(repeatable=True) == {"token": "token"}


def test_nothing_was_sent_where_a_token_is_missing():
    client = Client(grants=[FAILURES["lost"]] * 2)
    assert client.ask(repeatable=False) == {"token": "token"}
    assert client.done == 1


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("", 0), ("7", 7), ("soon", 0), ("-3", 0), ("nan", 0), ("inf", 86400), ("1e9", 86400)],
)
def test_pause_that_makes_sense(told, seconds):
    assert http.Answer(429, "", {"retry-after": told}).retry_after() == seconds


@pytest.mark.parametrize(
    ("limit", "most", "code"),
    [("LARGEST_ANSWER", 100, "answer"), ("LONGEST_ANSWER", -1, "timeout")],
)
def test_no_answer_is_endless(monkeypatch, limit, most, code):
    monkeypatch.setattr(http, limit, most)
    with Sandbox(Store(*default_orders())) as shop:
        credentials = Credentials(shop.url, CLIENT_ID, CLIENT_SECRET, local=True)
        with pytest.raises(TransientError) as caught:
            ShopifyClient(credentials, attempts=1).execute("shop")
        assert caught.value.code == code


def test_only_a_channel_that_knows_such_tokens_takes_one_entered_by_hand():
    entered = replace(CREDENTIALS, access_token="by hand")
    assert Client(credentials=entered).ask(repeatable=True) == {"token": "token"}
    entered = replace(entered, api_base="https://a.myshopify.com")
    assert ShopifyClient(entered)._token() == "by hand"
