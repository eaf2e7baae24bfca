# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.fields import Command
from odoo.tests import new_test_user

from .common_genealogy import GenealogyCase


class RecallCase(GenealogyCase):
    """Jars of one kettle at two customers and in stock; those of the other are the control."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quality = new_test_user(
            cls.env, "quality", groups="batch_mrp_orders.group_quality,base.group_user"
        )
        cls.customer.write({"email": "shop@example.com", "phone": "+49 761 1", "lang": "en_US"})
        cls.cafe = cls._create_customer("Café Morgenrot", phone="+49 7641 2")
        cls.order_shop = cls._sell(cls.jar, 12, cls.jar_lot)
        cls.order_again = cls._sell(cls.jar, 8, cls.jar_lot)
        cls.order_cafe = cls._sell(cls.jar, 10, cls.jar_lot, cls.cafe)
        cls.control_order = cls._sell(cls.jar, 5, cls.control_jar, cls.cafe)

    @classmethod
    def _recall(cls, lots=None, activate=True, **values):
        lots = cls.raw_lot if lots is None else lots
        recall = (
            cls.env["stock.recall"]
            .with_user(cls.quality)
            .create({"lot_ids": [Command.set(lots.ids)], "reason": "Glass splinters", **values})
        )
        if activate:
            recall.action_activate()
        return recall

    def _get_rows(self, recall):
        return {
            (row.customer_id.name, row.sale_order_id, row.lot_id, row.quantity, row.returned_qty)
            for row in recall.shipment_ids
        }
