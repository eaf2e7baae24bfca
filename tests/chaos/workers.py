# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Odoo loaded once, and forked: workers for jobs, workers for HTTP, and one for people.

A worker for jobs does what the job runner does together with its controller: it takes the next
job that is due, and runs it by the controller's own code. Jobs of workers that have died are
found by the runner's own statement. Workers that end are replaced at once.
"""

import importlib
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.in_odoo import open_registry

JOB_WORKERS, HTTP_WORKERS = 3, 2
PAUSE = 0.05  # seconds
# As the runner: by priority, then age. What jobs of one shop may do side by side is limited by
# the number of workers.
TAKE = """
    UPDATE queue_job SET state = 'enqueued', date_enqueued = now() AT TIME ZONE 'UTC',
                         date_started = NULL
     WHERE id = (SELECT id FROM queue_job
                  WHERE state = 'pending' AND (eta IS NULL OR eta <= now() AT TIME ZONE 'UTC')
                  ORDER BY priority, date_created, id
                    FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING uuid
"""


def main(database: str, descriptor: int, people: str, costs: str) -> None:
    """Keep workers alive until killed; `people` is the module with what people do."""
    registry = open_registry(database)
    from odoo import sql_db

    registry.clear_all_caches()
    sql_db.close_all()

    listener = socket.socket(fileno=descriptor)
    book = Path(costs)
    kinds = [
        *[lambda: _work(registry, book)] * JOB_WORKERS,
        *[lambda: _answer(listener, book)] * HTTP_WORKERS,
    ]
    commands = importlib.import_module(people).COMMANDS
    operator = _fork(lambda: serve(registry, commands, book))
    alive = {_fork(kind): kind for kind in kinds}
    while True:
        pid, status = os.wait()
        if pid == operator:
            os.killpg(0, signal.SIGKILL)
        kind = alive.pop(pid)
        print(f"worker {pid} ended ({os.waitstatus_to_exitcode(status)})", file=sys.stderr)
        alive[_fork(kind)] = kind


def _fork(do: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        do()
    except BaseException:  # noqa: BLE001 - a fork must not go on with what its parent does
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(1)


@contextmanager
def noted(book: Path, what: str) -> Iterator[None]:
    """Note what something has cost this process: seconds and statements."""
    from odoo import sql_db

    start, statements = time.perf_counter(), sql_db.sql_counter
    try:
        yield
    finally:
        row = [what, time.perf_counter() - start, sql_db.sql_counter - statements]
        with book.open("a") as file:
            file.write(json.dumps(row) + "\n")


def serve(registry, commands: dict[str, Callable], book: Path) -> None:
    """Do what is asked for, line by line, each in a transaction of its own."""
    from odoo import SUPERUSER_ID, api
    from odoo.service.model import retrying

    for line in sys.stdin:
        command, values = json.loads(line)
        with noted(book, f"people {command}"), registry.cursor() as cr:
            registry.check_signaling(cr)
            own = api.Environment(cr, SUPERUSER_ID, {})
            answer = retrying(lambda env=own: commands[command](env, **values), own)  # noqa: B023
        print("answer " + json.dumps(answer), flush=True)


def _answer(listener: socket.socket, book: Path) -> None:
    """Answer requests, one after the other."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    from odoo import http

    class Quiet(WSGIRequestHandler):
        def log_request(self, *_args: object) -> None:
            pass

        def run_wsgi(self) -> None:
            with noted(book, "http"):
                super().run_wsgi()

    make_server(
        "127.0.0.1", 0, http.root, request_handler=Quiet, fd=listener.fileno()
    ).serve_forever()


def _work(registry, book: Path) -> None:
    """Do jobs, one after the other."""
    while True:
        uuid = _take(registry)
        if uuid:
            _run(registry, uuid, book)
        else:
            time.sleep(PAUSE)


def _take(registry) -> str | None:
    """Return the next job that is due, as the runner hands it to a worker."""
    from psycopg2 import OperationalError

    from odoo.addons.queue_job.jobrunner.runner import Database

    with registry.cursor() as cr:
        try:
            cr.execute(Database._query_requeue_dead_jobs(None), log_exceptions=False)
            cr.commit()
            cr.execute(TAKE, log_exceptions=False)
        except OperationalError:
            cr.rollback()
            return None
        row = cr.fetchone()
    return row and row[0]


def _run(registry, uuid: str, book: Path) -> None:
    """Run a job as the controller does; one that fails tells the log why."""
    from odoo import SUPERUSER_ID, api

    from odoo.addons.queue_job.controllers.main import RunJobController

    registry.check_signaling()
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        job = RunJobController._acquire_job(env, uuid)
        if job:
            try:
                with noted(book, f"job {job.method_name}"):
                    RunJobController._runjob(env, job)
            except Exception:  # noqa: BLE001 - the controller has noted and logged it
                cr.rollback()
    registry.signal_changes()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
