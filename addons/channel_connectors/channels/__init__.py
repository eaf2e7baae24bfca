# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Sales channels without Odoo: what an order is, and how each vendor says it."""

from . import base, etsy, shopify
