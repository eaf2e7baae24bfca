# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The page on which a seller lets an app into the shop."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from .answers import Refusal

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
main {{ max-width: 32rem; margin: 4rem auto; font: 1.1rem/1.5 sans-serif }}
button {{ font: inherit; padding: .5rem 1.5rem; margin-right: 1rem }}
</style></head>
<body><main><h1>{title}</h1>{content}</main></body></html>
"""
QUESTION = "An application asks for access to your shop"
FORM = """<p>It would be allowed: <code>{scopes}</code></p>
<form method="post" action="/oauth/connect?{query}">
<button type="submit" name="decision" value="deny">Deny</button>
<button type="submit" name="decision" value="allow">Allow</button>
</form>"""


@dataclass(frozen=True)
class Answer:
    """What the browser gets."""

    status: int
    page: str = ""
    location: str = ""


def respond(store: Any, query: dict[str, str], form: dict[str, str]) -> Answer:
    """The seller's decision sends the browser back to the app; a wrong app gets no answer."""
    authority = store.authority
    try:
        problem = authority.check_consent(query)
    except Refusal as refusal:
        text = escape(refusal.content["error"])
        return Answer(400, PAGE.format(title="Etsy", content=f"<p>{text}</p>"))
    if not problem and authority.consent == "page" and "decision" not in form:
        content = FORM.format(scopes=escape(query["scope"]), query=escape(urlencode(query)))
        return Answer(
            200, PAGE.format(title="An application asks for access to your shop", content=content)
        )
    decision = form.get("decision") or authority.consent
    approved = decision in ("allow", "approve")
    return Answer(302, location=authority.decide(query, store.moment(), approved=approved))
