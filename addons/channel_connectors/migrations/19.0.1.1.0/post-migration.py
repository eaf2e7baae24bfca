# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Refund lines get names for their parts; payments know their amount in the shop's currency."""


def migrate(cr, _version):
    """Rewrite what earlier versions have stored."""
    cr.execute(
        """
        UPDATE sales_channel_refund
           SET lines = (
                SELECT jsonb_agg(jsonb_build_object(
                    'line', part->>0, 'quantity', part->>1, 'net', part->>2, 'tax', part->>3,
                    'restock', 'none', 'kept', '0'))
                  FROM jsonb_array_elements(lines) AS part)
         WHERE jsonb_typeof(lines) = 'array' AND jsonb_typeof(lines->0) = 'array'
        """
    )
    cr.execute(
        "UPDATE sales_channel_payment SET settled_amount = amount WHERE settled_amount IS NULL"
    )
