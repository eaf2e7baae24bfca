# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the tax advisor was told under a number: the base of all numbered master data."""

from collections.abc import Mapping

from odoo import api, fields, models
from odoo.tools import SQL


class DatevTold(models.AbstractModel):
    """A record with `company_id` and a `number` that goes into a file of master data."""

    _name = "datev.told"
    _description = "Master Data at the Tax Advisor"

    exported_digest = fields.Char(
        readonly=True, copy=False, help="SHA-256 of the master data the tax advisor has."
    )
    master_export_id = fields.Many2one(
        "datev.export",
        string="Master Data in",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The export that told the tax advisor these master data.",
    )

    @api.model
    def _datev_known(self, company) -> dict[str, str]:
        """Digest of what the advisor has, by number."""
        told = self.search_read(
            [("company_id", "=", company.id), ("exported_digest", "!=", False)],
            ["number", "exported_digest"],
            load=False,
        )
        return {str(row["number"]): row["exported_digest"] for row in told}

    @api.model
    def _datev_remember(self, export, digests: Mapping[str, str]) -> None:
        """Note what `export` told, in one statement."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s a
                SET exported_digest = d.digest, master_export_id = %(export)s
                FROM UNNEST(%(numbers)s::integer[], %(digests)s::text[]) AS d (number, digest)
                WHERE a.company_id = %(company)s AND a.number = d.number
                """,
                table=SQL.identifier(self._table),
                export=export.id,
                company=export.company_id.id,
                numbers=[int(number) for number in digests],
                digests=list(digests.values()),
            )
        )
        self.invalidate_model(["exported_digest", "master_export_id"])

    @api.model
    def _datev_forget(self, exports) -> None:
        """What withdrawn exports told is told again."""
        told = self.search([("master_export_id", "in", exports.ids)])
        told.write({"exported_digest": False, "master_export_id": False})
