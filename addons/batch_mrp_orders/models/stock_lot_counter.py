# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.tools import SQL


class StockLotCounter(models.Model):
    """How far lots are counted that share all but the running number.

    Counters are not those of a company: products, and so their lots, may belong to several.
    """

    _name = "stock.lot.counter"
    _description = "Lot Number Counter"
    _order = "stem"
    _rec_name = "stem"

    stem = fields.Char("Counted Within", required=True, readonly=True)
    last_number = fields.Integer(required=True, readonly=True)

    _stem_unique = models.UniqueIndex("(stem)", "These lots are counted already.")

    @api.model
    def _advance(self, stem, count):
        """Take the next ``count`` numbers; returns the last of them.

        The row is locked until the end of the transaction. Of two that count at the same time
        the later one waits and is then repeated by Odoo, so that no number is given twice; a
        number whose transaction fails is given again.
        """
        [(last,)] = self.env.execute_query(
            SQL(
                """
                INSERT INTO stock_lot_counter AS counter (stem, last_number)
                     VALUES (%(stem)s, %(count)s)
                ON CONFLICT (stem) DO UPDATE
                        SET last_number = counter.last_number + %(count)s
                  RETURNING last_number
                """,
                stem=stem,
                count=count,
            )
        )
        self.invalidate_model(["last_number"])
        return last
