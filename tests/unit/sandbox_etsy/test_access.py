# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Consent, tokens, keys, rights and limits are those of Etsy."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.etsy import KEYSTRING, SHARED_SECRET, USER_ID, Store
from tests.sandbox.etsy.limits import Limits, TooMany
from tests.sandbox.etsy.oauth import challenge_of

from .conftest import SCOPES, SHOP, Caller

CALLBACK = "https://odoo.example.org/channels/etsy/callback?db=x"


def consent(sandbox, **changes):
    verifier = secrets.token_urlsafe(48)
    query = {
        "response_type": "code",
        "client_id": KEYSTRING,
        "redirect_uri": CALLBACK,
        "scope": " ".join(SCOPES),
        "state": "s-1",
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
        **changes,
    }
    url = f"{sandbox.url}/oauth/connect"
    return verifier, requests.get(url, params=query, allow_redirects=False, timeout=5)


def told(answer):
    """What the browser brings back to the app."""
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(CALLBACK)
    return {
        key: values[0]
        for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()
        if key != "db"
    }


def token(sandbox, **form):
    url = f"{sandbox.url}/v3/public/oauth/token"
    return requests.post(url, data={"client_id": KEYSTRING, **form}, timeout=5)


def redeem(sandbox, code, verifier, **changes):
    form = {"redirect_uri": CALLBACK, "code": code, "code_verifier": verifier, **changes}
    return token(sandbox, grant_type="authorization_code", **form)


def renew(sandbox, refresh):
    return token(sandbox, grant_type="refresh_token", refresh_token=refresh)


def test_consent_to_token(sandbox):
    verifier, answer = consent(sandbox)
    back = told(answer)
    assert back["state"] == "s-1"
    tokens = redeem(sandbox, back["code"], verifier).json()
    assert tokens["access_token"].startswith(f"{USER_ID}.")
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    caller = Caller(sandbox)
    caller.use(tokens)
    assert caller.get("/users/me")["user_id"] == USER_ID
    granted = caller.ask("POST", "/scopes", data={"token": tokens["access_token"]}).json()
    assert granted == {"scopes": sorted(SCOPES)}
    again = redeem(sandbox, back["code"], verifier)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_the_verifier_has_to_fit(sandbox):
    _verifier, answer = consent(sandbox)
    wrong = redeem(sandbox, told(answer)["code"], secrets.token_urlsafe(48))
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "everything"},
        {"code_challenge_method": "plain"},
        {"state": ""},
        {"code_challenge": "short"},
        {"prompt": "none"},
    ],
)
def test_a_wrong_request_for_consent_is_told_to_the_app(sandbox, changes):
    assert told(consent(sandbox, **changes)[1])["error"] == "invalid_request"


@pytest.mark.parametrize(
    "changes", [{"client_id": "other"}, {"redirect_uri": "http://odoo.example.org/"}]
)
def test_a_wrong_app_is_not_answered(sandbox, changes):
    assert consent(sandbox, **changes)[1].status_code == 400


def test_the_seller_decides(sandbox, caller):
    caller.tell("consent", mode="deny")
    assert told(consent(sandbox)[1])["error"] == "access_denied"
    caller.tell("consent", mode="page")
    _verifier, page = consent(sandbox)
    assert page.status_code == 200
    assert "Allow" in page.text
    decision = {"decision": "allow"}
    answer = requests.post(page.url, data=decision, allow_redirects=False, timeout=5)
    assert "code" in told(answer)


def test_refresh_tokens_are_used_once(sandbox, caller):
    first = sandbox.store.grant()
    second = renew(sandbox, first["refresh_token"]).json()
    refused = renew(sandbox, first["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    third = renew(sandbox, second["refresh_token"]).json()
    for tokens in (first, third):
        caller.use(tokens)
        caller.get("/users/me")
    caller.tell("clock", seconds=3601)
    caller.get("/users/me", status=401)
    caller.use(renew(sandbox, third["refresh_token"]).json())
    caller.get("/users/me")


def test_of_many_who_renew_at_once_one_succeeds(sandbox):
    refresh = sandbox.store.grant()["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: renew(sandbox, refresh), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert sandbox.store.authority.renewals == 1


def test_a_refresh_token_lives_for_ninety_days(sandbox, caller):
    tokens = sandbox.store.grant()
    caller.tell("clock", seconds=90 * 86400 + 1)
    assert renew(sandbox, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_the_seller_takes_the_consent_back(sandbox, caller):
    tokens = sandbox.store.grant()
    caller.tell("revoke")
    assert caller.get("/users/me", status=401)["error"] == "invalid_token"
    assert renew(sandbox, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_tokens_come_by_form_and_nothing_else(sandbox):
    url = f"{sandbox.url}/v3/public/oauth/token"
    tokens = sandbox.store.grant()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert requests.post(url, json=form, timeout=5).status_code == 400
    assert token(sandbox, **form, scope="shops_r").status_code == 400
    secret = {**form, "client_id": f"{KEYSTRING}:{SHARED_SECRET}"}
    assert requests.post(url, data=secret, timeout=5).status_code == 401
    assert renew(sandbox, tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("key", "words"),
    [("", "Missing"), (KEYSTRING, "Shared secret"), (f"{KEYSTRING}:wrong", "Invalid API key")],
)
def test_the_key_has_two_parts(caller, key, words):
    caller.headers["x-api-key"] = key
    assert words in caller.get("/openapi-ping", status=403)["error"]


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Bearer 700100200.made-up"])
def test_tokens_are_checked(caller, header):
    caller.headers["Authorization"] = header
    assert caller.get("/users/me", status=401)["error"] == "invalid_token"
    # What needs no token is served all the same.
    assert caller.get(SHOP)["user_id"] == USER_ID


@pytest.mark.parametrize(
    ("missing", "method", "path", "content"),
    [
        ("shops_r", "GET", "/users/me", {}),
        ("transactions_r", "GET", f"{SHOP}/receipts", {}),
        ("transactions_w", "POST", f"{SHOP}/receipts/3511000001/tracking", {"json": {}}),
        ("listings_r", "GET", "/listings/1710000001/inventory", {}),
        ("listings_w", "PUT", "/listings/1710000001/inventory", {"json": {"products": []}}),
    ],
)
def test_each_operation_needs_its_right(sandbox, missing, method, path, content):
    limited = Caller(sandbox, set(SCOPES) - {missing})
    answer = limited.ask(method, path, **content)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_limits_per_second_and_day():
    limits = Limits(per_second=2, per_day=4)
    for moment in (0.0, 0.1):
        limits.take(moment)
    with pytest.raises(TooMany) as refused:
        limits.take(0.5)
    assert refused.value.retry_after == 1
    limits.take(1.05)
    limits.take(2.5)
    assert limits.headers(2.5)["x-remaining-today"] == "0"
    with pytest.raises(TooMany) as refused:
        limits.take(100)
    assert 86299 <= refused.value.retry_after <= 86400
    # The first of the day is over, the others are not.
    limits.take(86400.05)
    with pytest.raises(TooMany):
        limits.take(86400.06)


def test_limits_are_told(sandbox, caller):
    caller.tell("limit", per_second=1, per_day=9)
    headers = caller.ask("GET", "/openapi-ping").headers
    assert (headers["x-limit-per-day"], headers["x-remaining-today"]) == ("9", "8")
    refused = caller.ask("GET", "/openapi-ping")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.headers["x-remaining-this-second"] == "0"
    caller.tell("limit", per_second=99, variant="truncated", values={"day_left": "many"})
    headers = caller.ask("GET", "/openapi-ping").headers
    assert "x-remaining-this-secon" in headers
    assert headers["x-remaining-today"] == "many"
    caller.tell("limit", variant="missing")
    assert not any(name.startswith("x-") for name in caller.ask("GET", "/openapi-ping").headers)


def test_the_clock_frees_the_limits(sandbox, caller):
    caller.tell("limit", per_day=1)
    caller.get("/openapi-ping")
    caller.get("/openapi-ping", status=429)
    caller.tell("clock", seconds=86401)
    caller.get("/openapi-ping")


def test_state_survives_a_restart(sandbox, caller, tmp_path):
    sandbox.state_file = tmp_path / "state"
    tokens = sandbox.store.grant()
    new = renew(sandbox, tokens["refresh_token"]).json()
    caller.post(f"{SHOP}/receipts/3511000001/tracking", {})
    sandbox.restart()
    caller.use(new)
    assert caller.get(f"{SHOP}/receipts/3511000001")["is_shipped"]
    assert renew(sandbox, tokens["refresh_token"]).status_code == 400
    assert len(sandbox.store.mails) == 1
    assert Store.load(sandbox.state_file).authority.renewals == 1
