# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy as a channel of this product."""

from ..base.adapter import Capabilities, register
from .orders import EtsyOrders


@register("etsy")
class EtsyAdapter(EtsyOrders):
    capabilities = Capabilities(label="Etsy", sweep_days=30)
