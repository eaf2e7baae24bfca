# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How processes inside Odoo come together, wait for each other and try again."""

import time

import psutil
import pytest

from tools.console import Failure

PATIENCE = 180.0  # seconds


def until(condition, failure, pause=0.02):
    """Wait until something is the case; say what failed where it never is."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(failure)
        time.sleep(pause)


def meet(folder, name, workers, step=0):
    """Wait until all workers are here; later rounds find everybody here already."""
    (folder / f"here-{step}-{name}").touch()
    until(
        lambda: len(list(folder.glob(f"here-{step}-*"))) >= workers, "the other workers never came"
    )


def meet_at(env, key, workers):
    """Wait in this transaction until so many processes have come to this place of the database.

    Whoever has come stays until its end.
    """
    env.cr.execute("SELECT pg_advisory_lock_shared(%s, 0)", [key])

    def are_here():
        env.cr.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory'"
            " AND classid = %s AND objsubid = 2",
            [key],
        )
        return env.cr.fetchone()[0] >= workers

    until(are_here, "the other workers never came")


def hold(env, key, seconds, waiting=1):
    """Hold an advisory lock: until those who wait for that are here, and so long after."""
    env.cr.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    meet_at(env, key, waiting + 1)
    time.sleep(seconds)


def wait_for_holder(env, key):
    """Begin a transaction while somebody else holds this advisory lock: see ``hold``."""
    env.cr.execute("SELECT pg_advisory_lock_shared(%s, 0)", [key])

    def is_held():
        env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        free = env.cr.fetchone()[0]
        env.cr.rollback()
        return not free

    until(is_held, "nobody is at it", 0.1)


def until_done(env, job, pause=0.2):
    """Do a job as a worker does: again when another one was in the way; returns how often."""
    from psycopg2 import OperationalError

    from odoo.addons.queue_job.exception import RetryableJobError

    refused = 0
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            job()
            env.cr.commit()
            return refused
        except (RetryableJobError, OperationalError):
            env.cr.rollback()
            env.invalidate_all()
            refused += 1
            time.sleep(pause)
    raise RuntimeError("the job never got its turn")


def killed():
    """What is called in here is killed; any other end is a failure of the test."""
    return pytest.raises(Failure, match=r"failed \(code -9\)")


def kill_asker(port, processes=None):
    """Kill the process that talks from this port: one of these, or else one of our own."""
    if processes is None:
        processes = psutil.Process().children(recursive=True)
    for process in processes:
        try:
            connections = process.net_connections(kind="tcp4")
        except psutil.NoSuchProcess:
            continue
        if any(row.laddr and row.laddr.port == port for row in connections):
            process.kill()
            return
