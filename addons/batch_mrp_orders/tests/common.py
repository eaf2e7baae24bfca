# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class BatchCase(TransactionCase):
    """A small honey maker: jars are filled from bulk honey, bulk is blended from raw honey."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, lang="en_US"))
        cls.company = cls.env.company
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.stock = cls.warehouse.lot_stock_id
        cls.kg = cls.env.ref("uom.product_uom_kgm")
        cls.gram = cls.env.ref("uom.product_uom_gram")
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.customer = cls._create_customer("Hofladen Probe")
        cls.raw = cls._create_product("Raw honey", cls.kg)
        cls.glass = cls._create_product("Glass 500 g", cls.unit, tracking="none")
        cls.bulk = cls._create_product("Blossom honey, creamed", cls.kg)
        cls.jar = cls._create_product("Blossom honey 500 g", cls.unit, list_price=8.0)
        cls.bulk_recipe = cls._create_recipe(
            cls.bulk, 10, cls.kg, [(cls.raw, 10.2, cls.kg)], batch_size=10
        )
        cls.jar_recipe = cls._create_recipe(
            cls.jar, 1, cls.unit, [(cls.bulk, 500, cls.gram), (cls.glass, 1, cls.unit)]
        )

    @classmethod
    def _create_product(cls, name, uom, tracking="lot", **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "is_storable": True,
                "tracking": tracking,
                "uom_id": uom.id,
                "use_expiration_date": tracking == "lot",
                "expiration_time": 365 if tracking == "lot" else 0,
                **values,
            }
        )

    @classmethod
    def _create_recipe(cls, product, quantity, uom, ingredients, batch_size=0, kind="normal"):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_qty": quantity,
                "product_uom_id": uom.id,
                "type": kind,
                "enable_batch_size": bool(batch_size),
                "batch_size": batch_size or 1.0,
                "bom_line_ids": [
                    Command.create(
                        {
                            "product_id": ingredient.id,
                            "product_qty": amount,
                            "product_uom_id": unit.id,
                        }
                    )
                    for ingredient, amount, unit in ingredients
                ],
            }
        )

    @classmethod
    def _create_customer(cls, name, **values):
        """A customer with a complete address."""
        address = {"street": "Lindenweg 4", "zip": "79098", "city": "Freiburg"}
        country = cls.env.ref("base.de")
        return cls.env["res.partner"].create(
            {"name": name, "country_id": country.id, **address, **values}
        )

    @classmethod
    def _stock_up(cls, product, quantity, lot_name=None, expires=None):
        lot = cls.env["stock.lot"]
        if product.tracking == "lot":
            lot = lot.create({"name": lot_name or f"L-{product.id}", "product_id": product.id})
            if expires:
                lot.expiration_date = expires
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.stock, quantity, lot_id=lot or None
        )
        return lot

    @classmethod
    def _create_order(cls, *lines, confirm=True, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "warehouse_id": cls.warehouse.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product, quantity in lines
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _plan(cls, demand=None):
        """Plan the open demand and return the runs."""
        wizard = cls.env["mrp.plan.runs"].create({"warehouse_id": cls.warehouse.id})
        action = wizard.action_confirm()
        return cls.env["mrp.production"].search(action["domain"], order="id")

    @classmethod
    def _produce(cls, production, lot_name=None):
        """Produce a run completely, as the operator does it."""
        production.action_assign()
        production.qty_producing = production.product_qty
        if production.product_tracking == "lot":
            production.lot_producing_ids = cls.env["stock.lot"].create(
                {
                    "name": lot_name or f"C-{production.id}",
                    "product_id": production.product_id.id,
                }
            )
        production._set_qty_producing()
        production.move_raw_ids.picked = True
        production.with_context(skip_consumption=True, skip_expired=True).button_mark_done()
        return production

    def _run_job(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(
                name if "." in name else f"batch_mrp_orders.{name}"
            ).method_direct_trigger()
        self.env.invalidate_all()

    @classmethod
    def _ship(cls, order):
        pickings = order.picking_ids.filtered(lambda picking: picking.state != "done")
        pickings.move_ids.picked = True
        pickings.with_context(skip_expired=True, skip_backorder=True).button_validate()
        return pickings
