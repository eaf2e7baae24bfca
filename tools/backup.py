"""One archive with database and filestore: written and read whole, or not at all."""

import json
import tarfile
import tempfile
import time
from pathlib import Path, PurePosixPath

from tools import settings
from tools.console import Failure
from tools.database import Server

MANIFEST = "backup.json"
FORMAT = 1


def create(server: Server, database: str, file: Path) -> Path:
    """Write a backup of a database to `file`, under another name until it is complete."""
    if not server.exists(database):
        raise Failure(f"There is no database {database} to back up. `make run` makes one.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.LOCAL) as work:
        content = Path(work) / "content"
        server.dump(database, content)
        about = {"format": FORMAT, "database": database, "postgres": server.major()}
        (content / MANIFEST).write_text(json.dumps(about))
        unfinished = file.with_name(f".{file.name}.part")
        unfinished.touch(mode=0o600)
        with tarfile.open(unfinished, "w:gz", compresslevel=3) as archive:
            for path in sorted(content.iterdir()):
                archive.add(path, arcname=path.name)
        unfinished.rename(file)
    return file


def restore(server: Server, database: str, file: Path) -> None:
    """Replace a database by a backup; the old one goes only when the new one is complete."""
    work_name = f"{database}_restored"
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.LOCAL) as work:
        content = Path(work)
        _unpack(file, content)
        about = _manifest(content, file)
        if about["postgres"] > server.major():
            raise Failure(
                f"{file} is from PostgreSQL {about['postgres']}, newer than this server "
                f"({server.major()})."
            )
        server.restore(work_name, content)
    server.drop(database)
    server.rename(work_name, database)


def default_file(database: str) -> Path:
    """Return the name of a new backup of today."""
    return settings.PROJECT / "backups" / f"{database}-{time.strftime('%Y%m%d-%H%M%S')}.tar.gz"


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file, "r:gz") as archive:
            members = archive.getmembers()
            if not all(_is_safe(member) for member in members):
                raise Failure(f"{file} is not a backup: it holds links or leads out of its folder.")
            archive.extractall(folder, members)
    except (OSError, EOFError, tarfile.TarError) as error:
        raise Failure(f"{file} is not a readable backup: {error}") from error


def _is_safe(member: tarfile.TarInfo) -> bool:
    """Tell whether a member is a file or folder that stays below the folder it is unpacked to."""
    path = PurePosixPath(member.name)
    inside = not path.is_absolute() and ".." not in path.parts
    return inside and (member.isfile() or member.isdir())


def _manifest(folder: Path, file: Path) -> dict[str, int]:
    try:
        about = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        about = {}
    if about.get("format") != FORMAT:
        raise Failure(f"{file} is not a backup that `make backup` has written.")
    return about
