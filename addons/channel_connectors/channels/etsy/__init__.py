# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy: Open API v3, with an app of the shop owner's own."""

from . import adapter, address, answers, client, limits, money, orders, outgoing, products
