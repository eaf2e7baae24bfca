# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.fields import Domain


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _compute_quantities_dict(
        self, lot_id, owner_id, package_id, from_date=False, to_date=False
    ):
        """Blocked goods are on hand, but neither free nor in the forecast.

        Reordering rules therefore replace them, and sales staff do not see them as
        available, as core does it with expired goods.
        """
        res = super()._compute_quantities_dict(
            lot_id, owner_id, package_id, from_date=from_date, to_date=to_date
        )
        if lot_id is not None or (
            to_date and fields.Datetime.to_datetime(to_date) < fields.Datetime.now()
        ):
            return res
        for product_id, blocked in self._get_blocked_quantities(owner_id, package_id).items():
            product = self.browse(product_id)
            for field in ("free_qty", "virtual_available"):
                if product_id in res:
                    res[product_id][field] = product.uom_id.round(res[product_id][field] - blocked)
        return res

    def _get_blocked_quantities(self, owner_id, package_id):
        """Unreserved quantity in blocked lots that are not expired, by product id."""
        now = fields.Datetime.now()
        domain = (
            Domain("product_id", "in", self._origin.ids)
            & Domain(self._get_domain_locations()[0])
            & Domain("lot_id", "any", [("is_blocked", "=", True)])
            & (Domain("removal_date", "=", False) | Domain("removal_date", ">", now))
        )
        if owner_id is not None:
            domain &= Domain("owner_id", "=", owner_id)
        if package_id is not None:
            domain &= Domain("package_id", "=", package_id)
        return {
            product.id: quantity - reserved
            for product, quantity, reserved in self.env["stock.quant"]._read_group(
                domain, ["product_id"], ["quantity:sum", "reserved_quantity:sum"]
            )
        }
