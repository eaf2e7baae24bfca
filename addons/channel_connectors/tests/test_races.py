# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError

from ..importer.records import RecordKeeper
from .common import ChannelCase

LOGGERS = (
    "odoo.sql_db",
    "odoo.addons.channel_connectors.models.sales_channel_order",
)

# A payment that is known, noted once more.
AGAIN = """
    INSERT INTO sales_channel_payment
    SELECT (jsonb_populate_record(
                known, jsonb_build_object('id', nextval('sales_channel_payment_id_seq')))).*
      FROM sales_channel_payment AS known LIMIT 1
"""


@tagged("post_install", "-at_install")
class TestRaces(ChannelCase):
    """What another transaction has just noted is no fault of an order: it is tried again."""

    def spoil(self, statement):
        """Whatever is recorded beside an order collides with what is there."""

        def record(keeper, _orders):
            keeper.env.cr.execute(statement)

        return patch.object(RecordKeeper, "record", record)

    def process(self, statement, **context):
        row = self.row("#1001").with_context(**context)
        row.write({"state": "new"})
        with self.spoil(statement), mute_logger(*LOGGERS):
            row._process()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel._import_orders()

    def test_a_job_begins_again(self):
        with self.assertRaises(RetryableJobError) as caught:
            self.process(AGAIN, job_uuid="a job")
        self.assertTrue(caught.exception.ignore_retry)
        self.assertNotEqual(self.row("#1001").state, "attention")

    def test_a_request_begins_again(self):
        with self.assertRaises(ConcurrencyError):
            self.process(AGAIN)

    def test_a_collision_elsewhere_waits_for_a_person(self):
        self.process(
            "INSERT INTO ir_config_parameter (key, value) SELECT key, value"
            " FROM ir_config_parameter LIMIT 1"
        )
        self.assertEqual(self.row("#1001").reason_code, "error")
