# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.fields import Command

from .common import BatchCase


class GenealogyCase(BatchCase):
    """Two deliveries of raw honey, one kettle of each, jars of both, and a customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supply = cls._create_customer("Imkerei Probe")
        cls.raw_lot = cls._receive(cls.raw, 51, "R-1")
        cls.control_raw = cls._receive(cls.raw, 51, "R-2")
        cls.env["stock.quant"]._update_available_quantity(cls.glass, cls.stock, 500)
        cls.bulk_lot = cls._run(cls.bulk, 50, {cls.raw: cls.raw_lot}, "B-1")
        cls.control_bulk = cls._run(cls.bulk, 50, {cls.raw: cls.control_raw}, "B-2")
        cls.jar_lot = cls._run(cls.jar, 80, {cls.bulk: cls.bulk_lot}, "J-1")
        cls.control_jar = cls._run(cls.jar, 100, {cls.bulk: cls.control_bulk}, "J-2")

    @classmethod
    def _receive(cls, product, quantity, lot_name, **values):
        """Take a lot in from the vendor."""
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": cls.warehouse.in_type_id.id,
                "partner_id": cls.supply.id,
                "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": cls.stock.id,
            }
        )
        lot = cls.env["stock.lot"].search(
            [("name", "=", lot_name), ("product_id", "=", product.id)]
        ) or cls.env["stock.lot"].create({"name": lot_name, "product_id": product.id})
        cls._move(picking, product, quantity, lot, **values)
        return lot

    @classmethod
    def _move(cls, picking, product, quantity, lot, **values):
        """Do one move of ``picking`` with ``lot``."""
        move = cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": quantity,
                "picking_id": picking.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
                **values,
            }
        )
        move._action_confirm(merge=False)
        move._do_unreserve()
        move.move_line_ids = [
            Command.create({**move._prepare_move_line_vals(quantity=quantity), "lot_id": lot.id})
        ]
        move.picked = True
        picking.with_context(skip_expired=True, skip_backorder=True).button_validate()
        return move

    @classmethod
    def _run(cls, product, quantity, lots, lot_name, **values):
        """Make ``lot_name`` of exactly the given lots of ingredients; see ``_make``."""
        return cls._make(product, quantity, lots, lot_name, **values).lot_producing_ids

    @classmethod
    def _make(cls, product, quantity, lots, lot_name, **values):
        run = cls.env["mrp.production"].create(
            {"product_id": product.id, "product_qty": quantity, **values}
        )
        run.action_confirm()
        run.qty_producing = quantity
        if product.tracking != "none":
            run.lot_producing_ids = cls.env["stock.lot"].search(
                [("name", "=", lot_name), ("product_id", "=", product.id)]
            ) or cls.env["stock.lot"].create({"name": lot_name, "product_id": product.id})
        for move in run.move_raw_ids:
            lot = lots.get(move.product_id)
            move._do_unreserve()
            move.move_line_ids = [
                Command.create(
                    {
                        **move._prepare_move_line_vals(quantity=move.product_qty),
                        "lot_id": lot.id if lot else False,
                    }
                )
            ]
            move.picked = True
        run.with_context(
            skip_consumption=True, skip_expired=True, skip_backorder=True
        ).button_mark_done()
        cls.assert_done(run)
        return run

    @classmethod
    def assert_done(cls, record):
        if record.state != "done":
            raise AssertionError(f"{record.display_name} is {record.state}")

    @classmethod
    def _sell(cls, product, quantity, lot, partner=None):
        """Sell and ship ``quantity`` of exactly ``lot``."""
        order = cls._create_order((product, quantity), partner_id=(partner or cls.customer).id)
        move = order.order_line.move_ids
        move._do_unreserve()
        move.move_line_ids = [
            Command.create({**move._prepare_move_line_vals(quantity=quantity), "lot_id": lot.id})
        ]
        picking = cls._ship(order)
        cls.assert_done(picking)
        return order

    @classmethod
    def _return(cls, picking, quantity):
        """Take ``quantity`` of the only line of ``picking`` back."""
        wizard = (
            cls.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.quantity = quantity
        back = cls.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_expired=True, skip_backorder=True).button_validate()
        cls.assert_done(back)
        return back
