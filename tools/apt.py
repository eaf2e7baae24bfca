"""Fetch Debian packages with apt's own signature checks, without installing anything.

apt works in a private folder, on the Debian mirror that the machine is configured with; so it
needs no root, and the machine's own package lists stay as they are.
"""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.console import Failure, run_logged

ELSEWHERE = (
    "Either name an Odoo 19 tree of your own (a source checkout, or a folder that holds the\n"
    "package odoo) with ODOO_PATH=/path/to/odoo, or use the containers of docker-compose.yml."
)
DEFAULT_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DEBIAN_SUITES = re.compile(r"(bullseye|bookworm|trixie|forky|duke|sid|unstable|testing|stable)$")
FIELDS = ("CREATED_BY", "ORIGIN", "RELEASE", "COMPONENT", "REPO_URI", "SOURCESENTRY")

CONFIGURATION = """\
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{root}/sources.d";
Dir::State::lists "{root}/lists";
Dir::Cache "{root}/cache";
Dir::State::status "/dev/null";
APT::Sandbox::User "root";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


class PrivateApt:
    """apt with its own lists and cache below `root`, reading the given suites."""

    def __init__(self, root: Path, suites: Sequence[str]) -> None:
        self.root = root
        uri, keyring = debian_mirror()
        for folder in ("sources.d", "lists/partial", "cache/archives/partial", "debs"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        signed_by = f"Signed-By: {keyring}\n" if keyring else ""
        (root / "sources.d" / "debian.sources").write_text(
            f"Types: deb\nURIs: {uri}\nSuites: {' '.join(suites)}\nComponents: main\n"
            f"Targets: Packages\n{signed_by}"
        )
        (root / "apt.conf").write_text(CONFIGURATION.format(root=root))

    def update(self) -> None:
        """Read the package lists of the mirror; their signatures are checked by apt."""
        try:
            run_logged(
                ["apt-get", "-c", self.root / "apt.conf", "--error-on=any", "update"],
                "apt.log",
                progress=lambda line: line[:70],
            )
        except Failure as failure:
            raise Failure(
                f"The Debian mirror of this machine could not be read (no network?).\n{failure}\n"
                f"{ELSEWHERE}"
            ) from None

    def versions(self, package: str) -> list[str]:
        """Return the versions of a package that the mirror has, newest first."""
        output = self._query("madison", package)
        return [line.split("|")[1].strip() for line in output.splitlines() if "|" in line]

    def dependencies(self, package: str, version: str) -> list[str]:
        """Return the first alternative of each dependency of a package."""
        for line in self._query("show", f"{package}={version}").splitlines():
            if line.startswith("Depends:"):
                parts = line.removeprefix("Depends:").split(",")
                return [re.split(r"[ (|:]", part.strip())[0] for part in parts]
        return []

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Download packages (`name` or `name=version`) and return the files."""
        folder = self.root / "debs"
        run_logged(
            ["apt-get", "-c", self.root / "apt.conf", "download", *packages],
            "apt-download.log",
            cwd=folder,
            progress=lambda line: line[:70],
        )
        return sorted(folder.glob("*.deb"))

    def _query(self, *arguments: str) -> str:
        command = ["apt-cache", "-c", str(self.root / "apt.conf"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def debian_mirror() -> tuple[str, str | None]:
    """Return address and keyring of the Debian mirror that this machine is configured with."""
    if not (shutil.which("apt-get") and shutil.which("apt-cache") and shutil.which("dpkg-deb")):
        raise Failure(
            f"Odoo 19 is not here, and without apt it cannot be fetched from Debian.\n{ELSEWHERE}"
        )
    found = _from_lists() or _from_sources()
    if found is None:
        raise Failure(
            "Odoo 19 is not here, and this machine names no Debian mirror to fetch it from.\n"
            f"{ELSEWHERE}"
        )
    return found


def _from_lists() -> tuple[str, str | None] | None:
    """Find the mirror in the package lists that apt has, which say where they come from."""
    fields = "|".join(f"$({name})" for name in FIELDS)
    for line in _output("apt-get", "indextargets", "--format", fields):
        created_by, origin, release, component, uri, source = line.split("|")
        is_main = (created_by, origin, component) == ("Packages", "Debian", "main")
        if is_main and DEBIAN_SUITES.match(release):
            return uri, _keyring(source)
    return None


def _from_sources() -> tuple[str, str | None] | None:
    """Find the mirror where apt has no lists yet: what would it fetch?"""
    for line in _output("apt-get", "--print-uris", "update"):
        match = re.match(r"'(.+/)dists/([^/]+)/InRelease'", line)
        if match and DEBIAN_SUITES.match(match[2]):
            return match[1], _default_keyring()
    return None


def _output(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


def _keyring(source: str) -> str | None:
    """Return the keyring that a sources file names for an entry, else Debian's own."""
    path, _colon, number = source.rpartition(":")
    text = Path(path).read_text(errors="replace") if Path(path).is_file() else ""
    if path.endswith(".sources"):
        stanzas = [part for part in re.split(r"\n\s*\n", text) if re.search(r"(?m)^URIs:", part)]
        index = int(number) - 1
        text = stanzas[index] if index < len(stanzas) else ""
        found = re.search(r"(?mi)^Signed-By:[ \t]*(\S*(?:\n[ \t].*)*)", text)
    else:
        lines = text.splitlines()
        index = int(number) - 1
        found = re.search(r"signed-by=([^\s\]]+)", lines[index] if index < len(lines) else "")
    if found:
        return found.group(1)
    return _default_keyring()


def _default_keyring() -> str | None:
    return str(DEFAULT_KEYRING) if DEFAULT_KEYRING.exists() else None
