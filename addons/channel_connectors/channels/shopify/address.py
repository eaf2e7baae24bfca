# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which hosts we talk to. Whoever may enter an address must not reach into our network."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..base.errors import RefusedError

SHOP_HOST = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-]*\.myshopify\.com")
LOOPBACK = ("127.0.0.1", "localhost")
# Results of bulk operations lie here.
STORAGE_HOST = "storage.googleapis.com"


def check_api_base(api_base: str, *, local: bool = False) -> str:
    """Address of a shop, checked so that no other host is ever asked.

    Shops live at https://NAME.myshopify.com. A stand-in on this machine is accepted only
    where ``local`` allows it. Anything else could make the server talk to hosts inside the
    network and is refused.
    """
    try:
        url = urlsplit(api_base.strip())
        port = url.port
    except ValueError as error:
        raise RefusedError(f"{api_base!r} is not a valid address", "address") from error
    plain = not (url.path.strip("/") or url.query or url.fragment or url.username or url.password)
    host = url.hostname or ""
    if plain and url.scheme == "https" and SHOP_HOST.fullmatch(host) and port in (None, 443):
        return f"https://{host.lower()}"
    if local and plain and url.scheme in ("http", "https") and host in LOOPBACK:
        return f"{url.scheme}://{url.netloc}"
    raise RefusedError(
        f"{api_base!r} is not the address of a shop (https://NAME.myshopify.com)", "address"
    )


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
