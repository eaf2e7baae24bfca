# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's hosts: one interface for all shops, and the site where owners consent."""

from __future__ import annotations

import re

from ..base.address import check_address

API_BASE = "https://openapi.etsy.com"
API_HOST = re.compile(r"(openapi|api)\.etsy\.com", re.IGNORECASE)
SITE = "https://www.etsy.com"


def check_api_base(api_base: str, *, local: bool = False) -> str:
    """Address of the interface; empty means the usual one."""
    return check_address(api_base or API_BASE, API_HOST, API_BASE, local=local)


def consent_page(base: str) -> str:
    """Where owners consent: at Etsy's site, or at the stand-in itself."""
    site = SITE if API_HOST.fullmatch(base.removeprefix("https://")) else base
    return f"{site}/oauth/connect"
