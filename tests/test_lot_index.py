# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The index on the lots of move lines is built while others go on writing to the table."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
import pytest

from tests.test_installation import Database
from tools.database import Server
from tools.odoo_run import Odoo

ADDON = "batch_mrp_orders"
INDEX = "stock_move_line_lot_id_index"
LINES = 50_000
FILL = f"""
    INSERT INTO stock_move_line
        (company_id, product_uom_id, location_id, location_dest_id, date, state, quantity,
         quantity_product_uom)
    SELECT company.id, uom.id, location.id, location.id, now(), 'done', 1, 1
      FROM (SELECT id FROM res_company ORDER BY id LIMIT 1) company,
           (SELECT id FROM uom_uom ORDER BY id LIMIT 1) uom,
           (SELECT id FROM stock_location WHERE usage = 'internal' ORDER BY id LIMIT 1) location,
           generate_series(1, {LINES})
"""


@pytest.fixture
def database(odoo: Odoo, server: Server, base_template: str, clone_database) -> Database:
    """Return a database with a large table of move lines, with the addon and none that builds on
    it: those take long to update.
    """
    database = Database(odoo, clone_database(base_template))
    database.modules("-i", ADDON)
    assert is_valid(server, database.name) == [["t", "t"]]
    server.query(FILL, database.name)
    return database


@contextmanager
def connection(server: Server, name: str) -> Iterator:
    """Connect as another user of the database."""
    environment = server.variables()
    connected = psycopg2.connect(
        dbname=name,
        host=environment["PGHOST"],
        port=environment["PGPORT"],
        user=environment["PGUSER"],
    )
    try:
        yield connected
    finally:
        connected.close()


def is_valid(server: Server, name: str) -> list[list[str]]:
    """Tell whether the index is there, and finished."""
    return server.query(
        "SELECT indisvalid, obj_description(indexrelid) LIKE 'INDEX (lot_id)%' FROM pg_index"
        f" WHERE indexrelid = to_regclass('{INDEX}')",
        name,
    )


def hold_a_line(cursor) -> None:
    """Write to the table in a transaction that stays open."""
    cursor.execute(
        "UPDATE stock_move_line SET write_date = now()"
        " WHERE id = (SELECT min(id) FROM stock_move_line)"
    )


def wait_for_building(server: Server, name: str) -> None:
    """Wait until the building of the index waits for the open transaction."""
    for _attempt in range(1200):
        if server.query(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            f" AND datname = '{name}' AND query LIKE 'CREATE INDEX CONCURRENTLY%'"
        ):
            return
        time.sleep(0.1)
    raise AssertionError("the index is not being built")


def write_another_line(server: Server, name: str) -> None:
    """Write to the table, and fail rather than wait."""
    with connection(server, name) as other, other.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        cursor.execute(
            "UPDATE stock_move_line SET write_date = now()"
            " WHERE id = (SELECT max(id) FROM stock_move_line)"
        )
        other.commit()


def leave_unfinished(server: Server, name: str) -> None:
    """Begin to build the index, and give up."""
    server.query(f"DROP INDEX {INDEX}", name)
    with connection(server, name) as writer, connection(server, name) as builder:
        hold_a_line(writer.cursor())
        builder.autocommit = True
        with builder.cursor() as cursor, pytest.raises(psycopg2.errors.LockNotAvailable):
            cursor.execute("SET lock_timeout = '100ms'")
            cursor.execute(f"CREATE INDEX CONCURRENTLY {INDEX} ON stock_move_line (lot_id)")
    assert is_valid(server, name)[0][0] == "f"


def test_writers_are_not_blocked_and_an_unfinished_index_is_repaired(server, database):
    server.query(f"DROP INDEX {INDEX}", database.name)
    with connection(server, database.name) as writer, ThreadPoolExecutor(1) as pool:
        hold_a_line(writer.cursor())
        updating = pool.submit(database.modules, "-u", ADDON)
        try:
            wait_for_building(server, database.name)
            write_another_line(server, database.name)
        finally:
            writer.rollback()
        updating.result()
    assert is_valid(server, database.name) == [["t", "t"]]
    leave_unfinished(server, database.name)
    database.modules("-u", ADDON)
    assert is_valid(server, database.name) == [["t", "t"]]
    assert not database.warnings()
