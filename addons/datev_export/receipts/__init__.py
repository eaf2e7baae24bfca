# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Receipts for the advisor: document.xml, packages, and the ZIP of a hand-over.

Plain Python without a database. Sources: DATEV's public description of the document format
(version 6.0) and the readings of others of it.
"""
