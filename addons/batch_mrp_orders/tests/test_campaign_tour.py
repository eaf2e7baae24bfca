# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime

from odoo.tests import HttpCase, new_test_user, tagged

from .common import BatchCase


@tagged("post_install", "-at_install")
class TestCampaignTour(BatchCase, HttpCase):
    """A planner orders the campaign of a kettle, and takes it back."""

    def test_order_a_campaign(self):
        kettle = self.env["mrp.workcenter"].create({"name": "Kettle"})
        nuts = self.env["product.allergen"].create({"name": "Hazelnut"})
        nut = self._create_product("Nut honey", self.kg, allergen_ids=nuts.ids)
        recipe = self._create_recipe(nut, 10, self.kg, [(self.raw, 10, self.kg)])
        self.env["mrp.routing.workcenter"].create(
            [
                {"name": "Stir", "bom_id": bom.id, "workcenter_id": kettle.id}
                for bom in (self.bulk_recipe, recipe)
            ]
        )
        self.env["mrp.cleaning.rule"].create(
            {"name": "Nuts", "allergen_id": nuts.id, "minutes": 60}
        )
        runs = self.env["mrp.production"].create(
            [
                {
                    "product_id": product.id,
                    "product_qty": 10,
                    "date_start": datetime.now().replace(microsecond=0),
                }
                for product in (nut, self.bulk, nut)
            ]
        )
        runs.action_confirm()
        runs.button_plan()
        before = runs.mapped("date_start")
        planner = new_test_user(self.env, "kettle_planner", groups="mrp.group_mrp_manager")
        self.start_tour(
            f"/odoo/action-mrp.mrp_workcenter_action/{kettle.id}",
            "batch_mrp_orders_campaign",
            login=planner.login,
        )
        campaign = self.env["mrp.campaign"].search([("workcenter_id", "=", kettle.id)])
        self.assertEqual(campaign.state, "undone")
        self.assertEqual(campaign.saved_cleaning, 60)
        self.assertEqual(runs.mapped("date_start"), before)
