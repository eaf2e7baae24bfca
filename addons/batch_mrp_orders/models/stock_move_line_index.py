# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging
from contextlib import closing
from functools import partial

import psycopg2

from odoo import models, sql_db
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Bytes of some 10,000 lines: whoever has more has people at work while addons are installed.
SMALL_TABLE = 1024 * 1024
# How long to wait for each transaction that has used the table before.
LOCK_TIMEOUT = "60s"


class ConcurrentIndex(models.Index):
    """An index that is built without keeping anybody from writing to a large table.

    Odoo builds an index in the transaction that installs an addon: nobody can write to the
    table until that is committed. PostgreSQL builds it beside the writers, but outside of any
    transaction, and it waits for those that have used the table: also for the installing
    one, which would wait for itself. So a large table gets its index on a connection of its
    own as soon as the installation of the addon has been committed. An index that was not
    finished is built again by the next update of an addon that extends the model.
    """

    def apply_to_database(self, model):
        cr, name = model.env.cr, self.full_name(model)
        cr.execute(
            SQL(
                """
                SELECT pg_relation_size(%s::regclass) > %s,
                       (SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s))
                """,
                model._table,
                SMALL_TABLE,
                name,
            )
        )
        is_large, is_valid = cr.fetchone()
        if is_valid or (is_valid is None and not is_large):
            super().apply_to_database(model)
            return
        definition = self.get_definition(model.pool)
        cr.postcommit.add(partial(_build, cr.dbname, model._table, name, definition))


def _build(dbname, table, name, definition):
    """Build the index beside whoever writes to the table; log what prevents it."""
    with closing(sql_db.db_connect(dbname).cursor()) as cr:
        cr._cnx.autocommit = True
        cr.execute(SQL("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", name))
        if cr.fetchone() == (True,):
            return
        try:
            _execute_build(cr, table, name, definition)
        except psycopg2.OperationalError as error:
            _logger.warning(
                "The index %s is not finished, the next update of the addon tries again: %s",
                name,
                error,
            )


def _execute_build(cr, table, name, definition):
    for statement in (
        SQL("SET lock_timeout = %s", LOCK_TIMEOUT),
        SQL("DROP INDEX CONCURRENTLY IF EXISTS %s", SQL.identifier(name)),
        SQL(
            "CREATE INDEX CONCURRENTLY %s ON %s %s",
            SQL.identifier(name),
            SQL.identifier(table),
            SQL(definition.removeprefix("INDEX ")),
        ),
        # By the comment Odoo knows whether an index is up to date.
        SQL("COMMENT ON INDEX %s IS %s", SQL.identifier(name), definition),
    ):
        cr.execute(statement, log_exceptions=False)


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    # Every question about a lot starts here; core reads all move lines instead.
    _lot_id_index = ConcurrentIndex("(lot_id) WHERE lot_id IS NOT NULL")
