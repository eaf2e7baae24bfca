# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Comparing lists of the old system with what is here, without Odoo.

`lists` says which columns these lists have, `engine` finds the differences and what may
explain them.
"""
