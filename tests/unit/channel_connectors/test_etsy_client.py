# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The Etsy client over real HTTP against the stand-in: consent, tokens, limits, faults."""

import re
import threading
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from channels.base import http
from channels.base.adapter import Credentials, adapter_class, channel_types
from channels.base.consent import ConsentLostError, challenge, new_verifier
from channels.base.errors import (
    AuthenticationError,
    InputError,
    RefusedError,
    ThrottledError,
    TransientError,
    UncertainError,
)
from channels.base.state import Grant, MemoryState
from channels.etsy import answers
from channels.etsy.adapter import SCOPES, EtsyAdapter
from channels.etsy.address import API_BASE, check_api_base, consent_page
from channels.etsy.client import EtsyClient
from tests.sandbox.etsy import (
    ABSENT,
    KEYSTRING,
    SHARED_SECRET,
    SHOP_ID,
    Sandbox,
    Store,
    available,
    default_receipts,
)

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)
CALLBACK = "https://hub.example.com/sales_channels/consent"
SHIPMENT = {"tracking_code": "00340434", "carrier_name": "other"}


@pytest.fixture(scope="module")
def server():
    with Sandbox(Store(default_receipts())) as running:
        yield running


@pytest.fixture
def sandbox(server):
    server.store = Store(default_receipts())
    return server


def make_client(sandbox, *, scopes=SCOPES, secret=SHARED_SECRET, **options):
    """A client whose owner has consented."""
    told = sandbox.store.grant(scopes)
    grant = Grant(told["access_token"], 3600.0, told["refresh_token"], answers.REFRESH_LIFETIME)
    options.setdefault("sleep", lambda seconds: None)
    options.setdefault("timeout", 5.0)
    options.setdefault("state", MemoryState(grant=grant))
    return EtsyClient(Credentials(sandbox.url, KEYSTRING, secret, local=True), **options)


def tracking_path(sandbox):
    """Where shipments of an order that is not shipped yet go."""
    number = next(row["receipt_id"] for row in sandbox.store.receipts.values() if row["is_paid"])
    return f"shops/{SHOP_ID}/receipts/{number}/tracking"


def test_registered():
    assert ("etsy", "Etsy") in channel_types()
    assert adapter_class("etsy") is EtsyAdapter


# Consent


def test_challenge_of_the_standard():
    """The example of RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_verifiers_are_long_and_new():
    verifiers = {new_verifier() for _number in range(100)}
    assert len(verifiers) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) for verifier in verifiers)


@given(st.text(max_size=128))
def test_challenges_fit_into_an_address(verifier):
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge(verifier))


def consent(sandbox, verifier, state="a state"):
    """What the browser brings back from the page where the owner consents."""
    adapter = EtsyAdapter(Credentials(sandbox.url, KEYSTRING, SHARED_SECRET, local=True))
    address = adapter.consent_address(CALLBACK, state, verifier)
    answer = requests.get(address, allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == CALLBACK
    return adapter, dict(parse_qsl(parts.query))


def test_consent(sandbox):
    verifier = new_verifier()
    adapter, back = consent(sandbox, verifier)
    assert back["state"] == "a state"
    grant = adapter.exchange(back["code"], CALLBACK, verifier)
    assert grant.lifetime == 3600
    assert grant.refresh_lifetime == 90 * 86400
    adapter.client.state.store(grant)
    info = adapter.shop_info()
    assert (info.currency, info.domain, info.missing_scopes) == ("EUR", str(SHOP_ID), ())
    assert sandbox.store.violations == []


def test_code_of_another_verifier(sandbox):
    adapter, back = consent(sandbox, new_verifier())
    with pytest.raises(ConsentLostError):
        adapter.exchange(back["code"], CALLBACK, new_verifier())


def test_code_counts_once(sandbox):
    verifier = new_verifier()
    adapter, back = consent(sandbox, verifier)
    adapter.exchange(back["code"], CALLBACK, verifier)
    with pytest.raises(ConsentLostError):
        adapter.exchange(back["code"], CALLBACK, verifier)


def test_denied(sandbox):
    sandbox.store.authority.consent = "deny"
    _adapter, back = consent(sandbox, new_verifier())
    assert back["error"] == "access_denied"


def test_missing_scope(sandbox):
    client = make_client(sandbox, scopes=SCOPES[:2])
    info = EtsyAdapter(client.credentials, client).shop_info()
    assert info.missing_scopes == SCOPES[2:]


# Tokens


def test_tokens_rotate(sandbox):
    client = make_client(sandbox)
    for _hour in range(3):
        sandbox.store.authority.expire()
        assert client.who_am_i()["shop_id"] == SHOP_ID
    assert sandbox.store.authority.renewals == 3


def test_refresh_token_that_counts_no_more(sandbox):
    client = make_client(sandbox)
    sandbox.store.authority.revoke()
    with pytest.raises(ConsentLostError):
        client.who_am_i()
    assert sandbox.store.authority.renewals == 0


def test_no_consent_yet(sandbox):
    client = make_client(sandbox, state=MemoryState())
    with pytest.raises(ConsentLostError):
        client.who_am_i()
    assert sandbox.store.requests == []


def test_threads_renew_once(sandbox):
    client = make_client(sandbox, state=None)
    told = sandbox.store.grant(SCOPES)
    client.state.store(Grant("", 0.0, told["refresh_token"], 1.0))
    tokens = []
    threads = [threading.Thread(target=lambda: tokens.append(client._token())) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sandbox.store.authority.renewals == 1
    assert len(set(tokens)) == 1


def test_wrong_secret_loses_no_consent(sandbox):
    client = make_client(sandbox, secret="wrong")
    with pytest.raises(AuthenticationError) as caught:
        client.who_am_i()
    assert caught.value.code == "credentials"
    assert sandbox.store.authority.renewals == 0


def test_token_address_that_fails_is_asked_again(sandbox):
    client = make_client(sandbox)
    sandbox.store.authority.expire()
    sandbox.store.add_faults("status", 2, status=500, operation="token")
    assert client.post(tracking_path(sandbox), SHIPMENT)["shipments"]
    assert len(sandbox.store.mails) == 1


def test_answer_of_a_renewal_that_gets_lost(sandbox):
    """Etsy has taken the old refresh token back and nobody has heard the new one."""
    client = make_client(sandbox)
    sandbox.store.authority.expire()
    sandbox.store.add_faults("drop_after", operation="token")
    with pytest.raises(ConsentLostError):
        client.who_am_i()


def test_secrets_are_not_shown():
    grant = Grant("an access token", 1.0, "a refresh token", 1.0)
    assert "access" not in repr(grant)
    assert "a refresh" not in repr(grant)


# Requests


def test_parameters(sandbox):
    client = make_client(sandbox)
    params = {"was_paid": True, "limit": 2, "min_last_modified": None}
    assert len(client.get(f"shops/{SHOP_ID}/receipts", params)["results"]) == 2
    assert sandbox.store.requests[-1].endswith("receipts?was_paid=true&limit=2")


def test_shop_is_asked_for_once_and_remembered(sandbox):
    client = make_client(sandbox)
    assert [client.shop_id, client.shop_id] == [SHOP_ID] * 2
    assert len(sandbox.store.requests) == 1
    known = Credentials(sandbox.url, KEYSTRING, SHARED_SECRET, account="5", local=True)
    assert EtsyClient(known).shop_id == 5


@pytest.mark.parametrize("kind", ["drop", "malformed", "page", "half", "status"])
def test_passing_fault(sandbox, kind):
    pauses = []
    client = make_client(sandbox, sleep=pauses.append)
    sandbox.store.add_faults(kind, 2)
    assert client.who_am_i()["shop_id"] == SHOP_ID
    assert len([pause for pause in pauses if pause]) >= 2


@pytest.mark.parametrize(
    ("kind", "options", "error", "code"),
    [
        ("status", {"status": 500}, TransientError, "server"),
        ("status", {"status": 429}, ThrottledError, "throttled"),
        ("malformed", {}, TransientError, "answer"),
        ("status", {"status": 404}, RefusedError, "not_found"),
        ("status", {"status": 409}, RefusedError, "conflict"),
        ("status", {"status": 400}, InputError, "input"),
        ("status", {"status": 403}, AuthenticationError, "forbidden"),
        ("status", {"status": 302}, RefusedError, "refused"),
    ],
)
def test_lasting_fault(sandbox, kind, options, error, code):
    client = make_client(sandbox)
    sandbox.store.add_faults(kind, 10, **options)
    with pytest.raises(error) as caught:
        client.who_am_i()
    assert caught.value.code == code


@pytest.mark.parametrize("kind", ["drop_after", "half_after", "status_after", "drop"])
def test_a_shipment_is_never_sent_twice(sandbox, kind):
    client = make_client(sandbox)
    sandbox.store.add_faults(kind)
    with pytest.raises(UncertainError):
        client.post(tracking_path(sandbox), SHIPMENT)
    assert len(sandbox.store.mails) == (kind != "drop")


def test_what_was_refused_for_haste_is_repeated(sandbox):
    client = make_client(sandbox)
    sandbox.store.add_faults("status", status=429, retry_after=1)
    client.post(tracking_path(sandbox), SHIPMENT)
    assert len(sandbox.store.mails) == 1


def test_tracking_that_is_refused(sandbox):
    sandbox.store.tracking_refused = True
    with pytest.raises(AuthenticationError) as caught:
        make_client(sandbox).post(tracking_path(sandbox), SHIPMENT)
    assert caught.value.code == "forbidden"


def test_scope_that_is_missing(sandbox):
    with pytest.raises(AuthenticationError) as caught:
        make_client(sandbox, scopes=["shops_r"]).get(f"shops/{SHOP_ID}/receipts")
    assert caught.value.code == "scope"


def test_endless_answer(sandbox, monkeypatch):
    monkeypatch.setattr(http, "LARGEST_ANSWER", 100)
    with pytest.raises(TransientError):
        make_client(sandbox).get(f"shops/{SHOP_ID}/receipts")


def test_answer_that_takes_too_long(sandbox, monkeypatch):
    monkeypatch.setattr(http, "LONGEST_ANSWER", -1.0)
    with pytest.raises(TransientError) as caught:
        make_client(sandbox).who_am_i()
    assert caught.value.code == "timeout"


# Limits


@pytest.mark.parametrize("variant", ["usual", "truncated", "renamed", "missing"])
def test_limit_is_respected(sandbox, variant):
    """Not one refusal, whatever the headers are called."""
    sandbox.store.limits.per_second = 4
    sandbox.store.limits.variant = variant
    client = make_client(sandbox, sleep=sandbox.store.advance)
    client.state._clock = sandbox.store.moment
    client.state.store(client.state._grant)
    for _number in range(20):
        client.get(f"shops/{SHOP_ID}", urgent=True)
    assert sandbox.store.limits.refused == 0


def test_polling_leaves_requests_for_shipments(sandbox):
    sandbox.store.limits.per_day = 20
    client = make_client(sandbox)
    with pytest.raises(ThrottledError) as caught:
        for _number in range(30):
            client.get(f"shops/{SHOP_ID}")
    assert caught.value.retry_after > client.longest_pause
    assert sandbox.store.limits.refused == 0
    client.post(tracking_path(sandbox), SHIPMENT)
    assert len(sandbox.store.mails) == 1


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "http://openapi.etsy.com",
        "https://www.etsy.com",
        "https://openapi.etsy.com.example.com",
        "https://openapi.etsy.com:8443",
        "https://user@openapi.etsy.com",
        "https://openapi.etsy.com/v3",
        "https://xopenapi.etsy.com",
        "https://10.0.0.1",
        "http://127.0.0.1:8069",
        "https://localhost",
        "https://[::1]",
        "https://openapi.etsy.com:x",
        "https://openapi.etsy.com:443@10.0.0.1",
    ],
)
def test_other_hosts_are_refused(address):
    with pytest.raises(RefusedError):
        check_api_base(address)


def test_etsy_is_accepted():
    assert check_api_base("") == API_BASE
    assert check_api_base("https://API.etsy.com/") == "https://api.etsy.com"
    assert consent_page(API_BASE) == "https://www.etsy.com/oauth/connect"
