# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Stand-ins for the vendors the product talks to, for tests and for trying it out."""
