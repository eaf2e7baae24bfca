# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The proxy before several hosts, without which the benchmark of hosts would prove nothing."""

import asyncio

from tests.hosts.proxy import Proxy


async def _answers():
    """Two hosts tell their names; then one is gone, and comes back."""

    async def host(name, port=0):
        async def tell(_reader, writer):
            writer.write(name)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(tell, "127.0.0.1", port)
        return server, server.sockets[0].getsockname()[1]

    (first, one), (_second, two) = await host(b"one"), await host(b"two")
    proxy = Proxy([f"127.0.0.1:{one}", f"127.0.0.1:{two}"])
    front = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    place = front.sockets[0].getsockname()[1]

    async def ask():
        reader, writer = await asyncio.open_connection("127.0.0.1", place)
        told = await reader.read()
        writer.close()
        return told.decode()

    both = [await ask() for _number in range(4)]
    first.close()
    await first.wait_closed()
    left = [await ask() for _number in range(4)]
    await host(b"one", one)
    proxy.back_at = dict.fromkeys(proxy.back_at, 0.0)
    return both, left, [await ask() for _number in range(4)]


def test_requests_go_to_the_hosts_that_are_there():
    both, left, again = asyncio.run(_answers())
    assert sorted(both) == ["one", "one", "two", "two"]
    assert set(left) == {"two"}
    assert set(again) == {"one", "two"}
