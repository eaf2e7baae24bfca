# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL, date_utils

STATES = [("to_export", "To Export"), ("to_hand_over", "To Hand Over")]


class OrderHubDatevMonth(models.Model):
    """A month that has ended and that the tax advisor does not have completely.

    It has posted entries that are in no export, or an export that is not handed over. What was
    before the first export was handed over in another way; before there is one, this year counts.
    Where the addon of the DATEV export is not installed there is none.
    """

    _name = "order.hub.datev.month"
    _description = "Month Due for DATEV"
    _auto = False
    _order = "date_from, id"
    _rec_name = "date_from"

    company_id = fields.Many2one("res.company", readonly=True)
    date_from = fields.Date("Month", readonly=True)
    entry_count = fields.Integer("Entries to Export", readonly=True)
    state = fields.Selection(STATES, "Status", readonly=True)

    @property
    def _table_query(self):
        if "datev.export" not in self.env:
            return SQL(
                "SELECT NULL::integer AS id, NULL::integer AS company_id, NULL::date AS date_from,"
                " 0 AS entry_count, NULL::varchar AS state WHERE FALSE"
            )
        this_month = fields.Date.context_today(self).replace(day=1)
        return SQL(
            """
            WITH client AS (
                SELECT c.id, c.parent_path, COALESCE(
                       (SELECT MIN(x.date_from) FROM datev_export x
                         WHERE x.company_id = c.id AND x.state IN ('exported', 'handed_over')),
                       %(year)s) AS first
                  FROM res_company c
                 WHERE c.datev_consultant_number IS NOT NULL
            ), open AS (
                SELECT client.id AS company_id, DATE_TRUNC('month', m.date)::date AS month,
                       COUNT(*) AS entry_count
                  FROM client
                  JOIN res_company branch ON branch.parent_path LIKE client.parent_path || '%%'
                  JOIN account_move m ON m.company_id = branch.id
                 WHERE m.state = 'posted' AND m.datev_export_id IS NULL
                   AND m.date >= client.first AND m.date < %(today)s
                   AND EXISTS (SELECT 1 FROM account_move_line l
                                WHERE l.move_id = m.id AND l.balance <> 0)
                 GROUP BY 1, 2
                 UNION ALL
                SELECT x.company_id, DATE_TRUNC('month', x.date_from)::date, 0
                  FROM datev_export x
                 WHERE x.state = 'exported' AND x.date_to < %(today)s
            )
            SELECT company_id * 1000000 + TO_CHAR(month, 'YYYYMM')::integer AS id, company_id,
                   month AS date_from, SUM(entry_count)::integer AS entry_count,
                   CASE WHEN SUM(entry_count) > 0 THEN 'to_export' ELSE 'to_hand_over' END AS state
              FROM open
             GROUP BY company_id, month
            """,
            year=this_month.replace(month=1),
            today=this_month,
        )

    def action_open_export(self):
        """What there is of this month, or a new export of it."""
        self.ensure_one()
        last = date_utils.end_of(self.date_from, "month")
        exports = self.env["datev.export"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_from", "<=", last),
                ("date_to", ">=", self.date_from),
                ("state", "in", self._get_states_to_open()),
            ]
        )
        action = {
            "type": "ir.actions.act_window",
            "res_model": "datev.export",
            "views": [(False, "form")],
            "context": {
                "default_company_id": self.company_id.id,
                "default_date_from": self.date_from,
                "default_date_to": last,
            },
        }
        if len(exports) > 1:
            return {
                **action,
                "views": [(False, "list"), (False, "form")],
                "domain": [("id", "in", exports.ids)],
            }
        return {**action, "res_id": exports.id}

    def _get_states_to_open(self):
        return ("exported",) if self.state == "to_hand_over" else ("draft", "checked")
