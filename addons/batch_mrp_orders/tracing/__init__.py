# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Following lots through production: what went into what, and where it is.

No module of this package imports Odoo. Quantities are exact and in the unit of the product.
"""
