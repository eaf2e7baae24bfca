"""`make backup` and `make restore`: what comes back is what was there, or nothing has changed."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import backup
from tools.console import Failure
from tools.database import Server, filestore


@pytest.fixture
def database(clone_database: Callable[[str], str], base_template: str) -> str:
    """Return a database with files."""
    return clone_database(base_template)


def content(server: Server, name: str) -> tuple[object, dict[str, bytes]]:
    """Return some of the rows and all files of a database."""
    rows = server.query("SELECT id, name, email FROM res_partner ORDER BY id", name)
    folder = filestore(name)
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return rows, files


def test_what_was_saved_comes_back(server: Server, database: str, tmp_path: Path) -> None:
    before = content(server, database)
    assert before[0]
    assert before[1]
    file = backup.create(server, database, tmp_path / "sub" / "saved.tar.gz")
    assert file.stat().st_mode & 0o077 == 0
    server.query("UPDATE res_partner SET name = 'lost'", database)
    for path in filestore(database).rglob("*"):
        if path.is_file():
            path.unlink()
    assert content(server, database) != before
    backup.restore(server, database, file)
    assert content(server, database) == before
    assert [path.name for path in file.parent.iterdir()] == ["saved.tar.gz"]
    assert f"{database}_restored" not in server.databases()


def test_nothing_to_save(server: Server, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no database oh_none"):
        backup.create(server, "oh_none", tmp_path / "saved.tar.gz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["text", "cut", "foreign", "outside", "link"])
def test_a_broken_archive_changes_nothing(
    server: Server, database: str, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "broken.tar.gz"
    if kind == "text":
        file.write_text("no archive")
    elif kind == "cut":
        whole = backup.create(server, database, tmp_path / "whole.tar.gz").read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
    else:
        member = tarfile.TarInfo({"outside": "../backup.json"}.get(kind, "backup.json"))
        if kind == "link":
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        with tarfile.open(file, "w:gz") as archive:
            archive.addfile(member)
    before = content(server, database)
    with pytest.raises(Failure, match=r"not a (readable )?backup"):
        backup.restore(server, database, file)
    assert content(server, database) == before
    assert f"{database}_restored" not in server.databases()
