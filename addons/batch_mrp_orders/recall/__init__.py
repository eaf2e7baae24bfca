# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Arithmetic and files of a recall, without Odoo."""
