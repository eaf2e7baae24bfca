# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Take over a database on which another addon of the same technical name was installed.

That addon has versions below 19.0.2 and keeps two numbers on the company under the names
used here, as free text. What is no valid number is emptied; it would only be refused later.
"""

import logging

from odoo.tools import SQL

from odoo.addons.datev_export.extf.rules import (
    FIRST_CLIENT,
    FIRST_CONSULTANT,
    LAST_CLIENT,
    LAST_CONSULTANT,
)

_logger = logging.getLogger(__name__)

NUMBERS = (
    ("datev_consultant_number", FIRST_CONSULTANT, LAST_CONSULTANT),
    ("datev_client_number", FIRST_CLIENT, LAST_CLIENT),
)


def _columns(cr, table: str) -> set[str]:
    cr.execute(
        SQL("SELECT column_name FROM information_schema.columns WHERE table_name = %s", table)
    )
    return {name for (name,) in cr.fetchall()}


def migrate(cr, version):
    """Empty numbers that are none; tables of our own mean that nothing is to be taken over."""
    if _columns(cr, "datev_export"):
        return
    present = _columns(cr, "res_company")
    for column, first, last in NUMBERS:
        if column not in present:
            continue
        cr.execute(
            SQL(
                """
                UPDATE res_company
                SET %(column)s = NULL
                WHERE %(column)s IS NOT NULL
                  AND CASE WHEN %(column)s ~ '^[0-9]{1,9}$'
                           THEN %(column)s::bigint NOT BETWEEN %(first)s AND %(last)s
                           ELSE TRUE END
                RETURNING id
                """,
                column=SQL.identifier(column),
                first=first,
                last=last,
            )
        )
        for (company_id,) in cr.fetchall():
            _logger.warning("Company %s: invalid %s was emptied", company_id, column)
