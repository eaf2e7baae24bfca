# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Planning algorithms without a database: netting, explosion, status.

Nothing here imports Odoo. Quantities are exact (:class:`fractions.Fraction`)
and given in the product's own unit of measure; dates are calendar days.
"""
