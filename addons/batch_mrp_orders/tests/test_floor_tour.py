# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase, tagged

from .common_floor import FloorCase


@tagged("post_install", "-at_install")
class TestFloorTour(FloorCase, HttpCase):
    """A run is produced on a tablet, from the first scan to the lot."""

    browser_size = "1024x768"

    def test_a_run_is_produced_on_a_tablet(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.operator.lang = "de_DE"
        run = self._create_balm_run()
        self.start_tour(
            "/odoo/production-floor", "batch_mrp_orders_floor", login=self.operator.login
        )
        self.assertEqual(run.state, "done")
        self.assertEqual(run.batch_record_state, "to_release")
        weighed = {(w.lot_id.name or "", w.quantity, w.is_scanned) for w in run.weighing_ids}
        self.assertEqual(
            weighed,
            {("OIL-1", 5, True), ("OIL-2", 3, False), ("WAX-1", 650, False), ("", 4, False)},
        )
        self.assertEqual(run.event_ids.mapped("kind"), ["start", "pause", "resume", "finish"])
        self.assertEqual(run.deviation_ids.reason, "Slipped")
        self.assertEqual(run.move_finished_ids.move_line_ids.lot_id, run.lot_producing_ids)
