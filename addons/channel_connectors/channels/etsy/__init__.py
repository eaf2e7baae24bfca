# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy: Open API v3 of one shop, with the Seller App of its owner."""

from . import adapter
