"""The Debian mirror is found as this machine is configured, with the keyring that goes with it."""

import os
from pathlib import Path

import pytest

from tools import apt
from tools.console import Failure

DEB822 = """\
Types: deb
URIs: http://mirror.invalid/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/mirror.gpg

# Types: deb-src
Types: deb
URIs: http://mirror.invalid/security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
"""


@pytest.fixture
def targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that sets what `apt-get indextargets` (or another of its tools) prints."""
    for name in ("apt-cache", "dpkg-deb"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def print_lines(*lines: str, tool: str = "indextargets") -> None:
        text = "\n".join(lines)
        script = f"#!/bin/sh\n[ $1 = {tool} ] || exit 0\ncat <<'END'\n{text}\nEND\n"
        (tmp_path / "apt-get").write_text(script)
        (tmp_path / "apt-get").chmod(0o755)

    return print_lines


def test_the_main_archive_of_debian_is_chosen(targets, tmp_path: Path) -> None:
    sources = tmp_path / "debian.sources"
    sources.write_text(DEB822)
    targets(
        f"Packages|nodesource|nodistro|main|http://other.invalid/|{sources}:9",
        f"Translations|Debian|bookworm|main|http://mirror.invalid/debian/|{sources}:1",
        f"Packages|Debian|bookworm-security|main|http://mirror.invalid/security/|{sources}:2",
        f"Packages|Debian|bookworm|main|http://mirror.invalid/debian/|{sources}:1",
    )
    assert apt.debian_mirror() == (
        "http://mirror.invalid/debian/",
        "/usr/share/keyrings/mirror.gpg",
    )


def test_sources_of_one_line(targets, tmp_path: Path) -> None:
    sources = tmp_path / "sources.list"
    sources.write_text(
        "# mirror\ndeb [arch=amd64 signed-by=/k.gpg] http://m.invalid/debian sid main\n"
    )
    targets(f"Packages|Debian|sid|main|http://m.invalid/debian/|{sources}:2")
    assert apt.debian_mirror() == ("http://m.invalid/debian/", "/k.gpg")


def test_before_a_first_update_what_apt_would_fetch_is_asked(targets) -> None:
    targets(
        "'http://other.invalid/ubuntu/dists/noble/InRelease' other.invalid_InRelease 0 ",
        "'http://m.invalid/debian/dists/bookworm-updates/InRelease' m.invalid_InRelease 0 ",
        "'http://m.invalid/debian/dists/bookworm/InRelease' m.invalid_InRelease 0 ",
        tool="--print-uris",
    )
    assert apt.debian_mirror() == ("http://m.invalid/debian/", apt._default_keyring())


def test_other_systems_are_told_what_to_do(targets) -> None:
    targets("Packages|Ubuntu|noble|main|http://other.invalid/|/none:1")
    with pytest.raises(Failure, match="ODOO_PATH"):
        apt.debian_mirror()


def test_key_block_in_the_sources_is_kept_whole(tmp_path: Path) -> None:
    sources = tmp_path / "debian.sources"
    sources.write_text(DEB822)
    keyring = apt._keyring(f"{sources}:2")
    assert keyring is not None
    assert keyring.strip().startswith("-----BEGIN PGP")
    assert "mQINBF" in keyring
    assert keyring.rstrip().endswith("END PGP PUBLIC KEY BLOCK-----")


def test_no_key_named_means_that_of_debian(tmp_path: Path) -> None:
    sources = tmp_path / "sources.list"
    sources.write_text("deb http://m.invalid/debian sid main\n")
    default = str(apt.DEFAULT_KEYRING) if apt.DEFAULT_KEYRING.exists() else None
    assert apt._keyring(f"{sources}:1") == default
