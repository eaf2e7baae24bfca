# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Networks of their own for hosts on one machine, joined by a bridge, that can be cut."""

from __future__ import annotations

import os
import shutil
import subprocess

PREFIX = "10.77.0"
GATE = f"{PREFIX}.1"
BRIDGE = "ohub0"
# A host, too, has to notice soon that the database server is gone. These are settings of its
# kernel: nothing in Odoo's own leads to the connections.
NOTICE = (
    "net.ipv4.tcp_keepalive_time=10",
    "net.ipv4.tcp_keepalive_intvl=5",
    "net.ipv4.tcp_keepalive_probes=3",
    "net.ipv4.tcp_retries2=6",
)


def available() -> bool:
    """Whether this machine lets us make networks."""
    if os.getuid() or not shutil.which("ip"):
        return False
    made = _ip("netns", "add", "ohub-try", check=False)
    _ip("netns", "del", "ohub-try", check=False)
    return made


def _ip(*arguments: str, check: bool = True) -> bool:
    result = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if check and result.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {result.stderr.strip()}")
    return result.returncode == 0


class Network:
    """A bridge and one namespace a host; a context manager."""

    def __init__(self, hosts: int) -> None:
        self.names = [f"ohub-{number + 1}" for number in range(hosts)]

    def __enter__(self) -> Network:
        self._remove()
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{GATE}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for name in self.names:
            _ip("netns", "add", name)
            _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", name, "master", BRIDGE, "up")
            _ip("-n", name, "addr", "add", f"{self.address(name)}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", name, "link", "set", device, "up")
            _ip("netns", "exec", name, "sysctl", "-q", "-w", *NOTICE)
        return self

    def __exit__(self, *_error: object) -> None:
        self._remove()

    def _remove(self) -> None:
        for name in self.names:
            _ip("netns", "del", name, check=False)
            _ip("link", "del", name, check=False)
        _ip("link", "del", BRIDGE, check=False)

    def address(self, name: str) -> str:
        """The address of a host."""
        return f"{PREFIX}.{10 + self.names.index(name)}"

    def cut(self, name: str) -> None:
        """Nothing comes through to the host or from it; nobody is told."""
        _ip("link", "set", name, "down")

    def join(self, name: str) -> None:
        """The cable is in again."""
        _ip("link", "set", name, "up")

    @staticmethod
    def inside(name: str, command: list[str]) -> list[str]:
        """The command line of a program on a host."""
        return ["ip", "netns", "exec", name, *command]

    @staticmethod
    def processes(name: str) -> list[int]:
        """All that runs on a host."""
        result = subprocess.run(
            ["ip", "netns", "pids", name], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in result.stdout.split()]
