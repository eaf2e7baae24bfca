"""Databases and their filestores: create from a template, rename, drop, dump, restore.

A database and the files of its attachments belong together. The files are never changed in place,
so that a copy of a database shares them with its template through hard links.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools import settings
from tools.console import Failure, run_logged


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server: its client programs and the PG... variables that lead to it."""

    programs: Path
    environment: dict[str, str]

    def variables(self) -> dict[str, str]:
        """Return the environment for a program that is to use this server."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        inherited["PATH"] = f"{self.programs}{os.pathsep}{inherited.get('PATH', '')}"
        return {**inherited, **self.environment}

    def query(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """Run one statement and return its rows as text."""
        command = [str(self.programs / "psql"), "-XAtq", "-F", "\t", "-d", database, "-c", sql]
        result = subprocess.run(
            command, capture_output=True, text=True, env=self.variables(), check=False
        )
        if result.returncode:
            raise Failure(result.stderr.strip())
        return [line.split("\t") for line in result.stdout.splitlines()]

    def major(self) -> int:
        """Return the major version of the server."""
        return int(self.query("SHOW server_version_num")[0][0]) // 10000

    def databases(self, prefix: str = "") -> list[str]:
        """Return the names of the databases that start with `prefix`."""
        rows = self.query("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
        return [row[0] for row in rows if row[0].startswith(prefix)]

    def exists(self, name: str) -> bool:
        """Tell whether there is a database of this name with its filestore."""
        return name in self.databases() and filestore(name).is_dir()

    def create(self, name: str, template: str = "template0") -> None:
        """Create a database, with the files of its template."""
        self.drop(name)
        self.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        if template == "template0":
            # As Odoo does for databases it makes itself: indexes of searches need it.
            self.query("CREATE EXTENSION IF NOT EXISTS pg_trgm", name)
            filestore(name).mkdir(parents=True)
        else:
            shutil.copytree(filestore(template), filestore(name), copy_function=os.link)

    def rename(self, name: str, new_name: str) -> None:
        """Give a finished database its real name; the files first, so that both are there."""
        shutil.rmtree(filestore(new_name), ignore_errors=True)
        filestore(name).rename(filestore(new_name))
        self.query(f'ALTER DATABASE "{name}" RENAME TO "{new_name}"')

    def drop(self, name: str) -> None:
        """Drop a database with its files, if there is one."""
        # Only our own sessions: WITH (FORCE) would also try to end an autovacuum worker, which
        # takes a superuser. A plain DROP makes such a worker leave, and waits for it.
        self.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{name}' AND usename = current_user AND pid <> pg_backend_pid()"
        )
        self.query(f'DROP DATABASE IF EXISTS "{name}"')
        shutil.rmtree(filestore(name), ignore_errors=True)

    def dump(self, name: str, folder: Path) -> None:
        """Write database and files into a new folder."""
        folder.mkdir(parents=True)
        command = [self.programs / "pg_dump", "-Fd", "-j2", "-Z1", "--no-owner", "--no-acl"]
        run_logged([*command, "-f", folder / "dump", name], "pg_dump.log", env=self.variables())
        shutil.copytree(filestore(name), folder / "filestore")

    def restore(self, name: str, folder: Path) -> None:
        """Read database and files from a folder that `dump` wrote."""
        self.create(name)
        command = [self.programs / "pg_restore", "-j2", "--no-owner", "--no-acl", "-d", name]
        variables = {**self.variables(), "PGOPTIONS": "-c synchronous_commit=off"}
        run_logged([*command, "--exit-on-error", folder / "dump"], "pg_restore.log", env=variables)
        shutil.copytree(folder / "filestore", filestore(name), dirs_exist_ok=True)


def filestore(name: str) -> Path:
    """Return the folder of a database's files."""
    return settings.FILESTORE / name
