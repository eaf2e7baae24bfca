# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
"""What UPS says went wrong, as a caller reacts to it.

Codes and their meaning are of UPS's list of errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..base.errors import CarrierBusy, CarrierError, CarrierUncertain
from ..base.http import Answer, HttpClient
from ..base.words import _

NAME = "UPS"
# Nothing was carried out: UPS's systems are not available.
UNAVAILABLE = frozenset(("190001", "300000"))
# Label recovery: there is nothing under this reference, or it has been voided since.
NOTHING = frozenset(("300007", "300033"))
SEVERAL = frozenset(("300001", "300035"))
# Void: already done, or nothing that could be voided is known.
VOIDED = frozenset(("190117",))
UNKNOWN_SHIPMENT = frozenset(("190102",))
# An answer that is not what the vendor describes.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)


def listed(value: Any) -> list[Any]:
    """One object, several, or none: UPS leaves out the list around a single one."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A text of an answer, without the line ends UPS sometimes writes into it."""
    return "" if value is None else str(value).replace("&#xD;", "").strip()


def content(answer: Answer) -> Mapping[str, Any] | None:
    """The object an answer holds, if it is one."""
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def said(told: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Codes and messages of an answer that says what went wrong."""
    try:
        response = (told or {}).get("response") or told or {}
        return [(text(one.get("code")), text(one.get("message"))) for one in response["errors"]]
    except UNREADABLE:
        return []


def problem(http: HttpClient, answer: Answer) -> CarrierError:
    """Why an answer is not what was asked for."""
    errors = said(content(answer))
    codes = {code for code, _message in errors}
    words = "; ".join(f"{message} ({code})" for code, message in errors)
    failure = http.failure(answer.status, words, answer.retry_after())
    if codes & UNAVAILABLE:
        told = {"carrier": NAME, "said": words}
        return CarrierBusy("%(carrier)s: %(said)s", answer.retry_after(), **told)
    if failure and codes & UNKNOWN_SHIPMENT:
        failure.code = "not_found"
    return failure or unreadable()


def unreadable() -> CarrierUncertain:
    """UPS says that all is well, but not in a way that can be read: it may have been done."""
    return CarrierUncertain(
        _("%(carrier)s gives an answer nobody can read."), code="answer", carrier=NAME
    )


def codes_of(answer: Answer) -> frozenset[str]:
    """The codes of what went wrong."""
    return frozenset(code for code, _message in said(content(answer)))
