# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which hosts we talk to: shops, and the storage of bulk results."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..base.address import check_address
from ..base.errors import RefusedError

SHOP_HOST = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-]*\.myshopify\.com")
EXAMPLE = "https://NAME.myshopify.com"
# Results of bulk operations lie here.
STORAGE_HOST = "storage.googleapis.com"


def check_api_base(api_base: str, *, local: bool = False) -> str:
    """Address of a shop: https://NAME.myshopify.com."""
    return check_address(api_base, SHOP_HOST, EXAMPLE, local=local)


def check_download(address: str, base: str) -> str:
    """Address of a bulk result: at the vendor's storage, or at the shop itself."""
    url = urlsplit(address)
    host = url.hostname or ""
    stored = host == STORAGE_HOST or host.endswith(f".{STORAGE_HOST}")
    if url.scheme == "https" and stored and url.port in (None, 443) and not url.username:
        return address
    if f"{url.scheme}://{url.netloc}" == base:
        return address
    raise RefusedError(f"a bulk result at {host!r} is not fetched", "address")


def shop_domain(api_base: str) -> str:
    """Domain of a shop, as webhooks name it."""
    return (urlsplit(api_base.strip()).hostname or "").lower()
