# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shipping and the like lose their codes, which customers saw on each invoice."""

CODES = ("CHANNEL-SHIP", "CHANNEL-CUSTOM", "CHANNEL-TIP", "CHANNEL-GIFTCARD", "CHANNEL-FEE")


def migrate(cr, _version):
    """Take away the codes that came with the addon; one a person has set stays."""
    cr.execute("UPDATE product_product SET default_code = NULL WHERE default_code IN %s", [CODES])
    cr.execute("UPDATE product_template SET default_code = NULL WHERE default_code IN %s", [CODES])
