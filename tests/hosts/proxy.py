# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""`python -m tests.hosts.proxy LISTEN HOST...`: connections in turn to hosts that are there.

As the proxy before several hosts does it: a host that does not take a connection in a second is
left out for a while. Each address is `ip:port`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import time

CONNECT = 1.0  # seconds
AWAY = 5.0  # seconds a host is left out


class Proxy:
    """Passes bytes on, in both directions."""

    def __init__(self, hosts: list[str]) -> None:
        self.hosts = hosts
        self.turn = itertools.cycle(range(len(hosts)))
        self.back_at = dict.fromkeys(hosts, 0.0)
        self.taken = dict.fromkeys(hosts, 0)

    def _in_turn(self) -> list[str]:
        """All hosts, the next one first, those that were away last."""
        start = next(self.turn)
        order = self.hosts[start:] + self.hosts[:start]
        return sorted(order, key=lambda host: self.back_at[host] > time.monotonic())

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for host in self._in_turn():
            name, _colon, port = host.rpartition(":")
            try:
                pair = await asyncio.wait_for(asyncio.open_connection(name, int(port)), CONNECT)
            except (OSError, asyncio.TimeoutError):
                self.back_at[host] = time.monotonic() + AWAY
                continue
            self.taken[host] += 1
            return pair
        return None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        pair = await self._connect()
        if pair is None:
            writer.close()
            return
        there, back = pair
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def main(listen: str, hosts: list[str]) -> None:
    """Serve until ended."""
    name, _colon, port = listen.rpartition(":")
    server = await asyncio.start_server(Proxy(hosts).serve, name, int(port))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
