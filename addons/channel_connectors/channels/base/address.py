# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which hosts we talk to. Whoever may enter an address must not reach into our network."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .errors import RefusedError

LOOPBACK = ("127.0.0.1", "localhost")


def check_address(
    address: str, hosts: re.Pattern[str], example: str, *, local: bool = False
) -> str:
    """The address of a channel, checked so that no other host is ever asked.

    It is https, at one of the hosts, without path, port or login. A stand-in on this machine
    is accepted only where ``local`` allows it. Anything else could make the server talk to
    hosts inside the network and is refused.
    """
    try:
        url = urlsplit(address.strip())
        port = url.port
    except ValueError as error:
        raise RefusedError(f"{address!r} is not a valid address", "address") from error
    plain = not (url.path.strip("/") or url.query or url.fragment or url.username or url.password)
    host = url.hostname or ""
    if plain and url.scheme == "https" and hosts.fullmatch(host) and port in (None, 443):
        return f"https://{host.lower()}"
    if local and plain and url.scheme in ("http", "https") and host in LOOPBACK:
        return f"{url.scheme}://{url.netloc}"
    raise RefusedError(f"{address!r} is not the address of a shop ({example})", "address")
