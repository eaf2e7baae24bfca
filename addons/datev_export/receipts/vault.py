# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A secret in the database that a copy of the database does not tell.

The secret is encrypted with a key in a file beside the filestore. A dump of the database, or
a backup without that file, is of no use to whoever finds it; the secret is then set again.
"""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class Unreadable(Exception):
    """The secret was encrypted with another key."""


def _key(path: Path, create: bool) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if not create:
            raise Unreadable(str(path)) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written whole under another name, so that nobody reads half a key; the first one wins.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(Fernet.generate_key())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_bytes()


def lock_up(secret: str, path: Path) -> str:
    """Encrypt; the key is made with the first secret."""
    return Fernet(_key(path, create=True)).encrypt(secret.encode()).decode()


def take_out(token: str, path: Path) -> str:
    """Decrypt, or raise `Unreadable`."""
    try:
        return Fernet(_key(path, create=False)).decrypt(token.encode()).decode()
    except (InvalidToken, ValueError):
        raise Unreadable(str(path)) from None
