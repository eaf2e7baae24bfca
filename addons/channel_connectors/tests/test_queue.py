# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import tagged

from odoo.addons.queue_job.job import Job
from odoo.addons.queue_job.jobrunner.channels import ChannelManager

from ..models.sales_channel_intent import KINDS
from ..models.sales_channel_queue import LONG, PRIORITIES
from .common import ChannelCase

# As the shipped configuration sets it.
CHANNELS = "root:4,root.sales_channels:3,{shop}:2,{shop}.long:1"


@tagged("post_install", "-at_install")
class TestQueue(ChannelCase):
    """Jobs of a shop have a job channel of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.channel.copy({"name": "Other"})
        cls.env["queue.job"].search([]).unlink()

    def queue(self, channel, *names):
        for name in names:
            channel._in_background(name, name)._job_import_orders()
        names = {channel._get_job_channel(name) for name in PRIORITIES}
        return self.env["queue.job"].search([("channel", "in", list(names))])

    def test_written_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.channel.company_id.partner_id.lang = "de_DE"
        job = self.queue(self.channel, "stock")
        self.assertEqual(Job.load(self.env, job.uuid).recordset.env.lang, "de_DE")

    def test_every_message_has_its_turn(self):
        self.assertLessEqual({kind for kind, _label in KINDS}, PRIORITIES.keys())

    def start(self, manager):
        """What the job runner would start now, in its order."""
        for job in self.env["queue.job"].search([("state", "=", "pending")], order="id"):
            facts = (job.channel, job.uuid, job.id, job.date_created, job.priority, None, "pending")
            manager.notify("database", *facts)
        return [
            self.env["queue.job"].search([("uuid", "=", job.uuid)]).name
            for job in manager.get_jobs_to_run(0)
        ]

    def test_each_shop_has_its_own(self):
        jobs = self.queue(self.channel, *PRIORITIES, *PRIORITIES)
        self.assertEqual(len(jobs), len(PRIORITIES), "what waits is not queued again")
        shop = f"root.sales_channels.shop_{self.channel.id}"
        for job in jobs:
            self.assertEqual(job.channel, f"{shop}.long" if job.name in LONG else shop)
        self.assertFalse(self.queue(self.other))

    def test_a_delivery_queues_the_same_job(self):
        """The job that is noted beside a delivery is the one that would be queued otherwise."""
        delivered = self.env["sales.channel"]._event_job(self.channel.id, self.company.id)
        job = self.channel._enqueue_events().db_record()
        for name in ("channel", "priority", "identity_key"):
            self.assertEqual(delivered[name], job[name], name)

    def test_a_shop_holds_what_its_job_channel_may_hold(self):
        """With everything queued at one shop, the other still gets a worker, and what
        customers wait for goes before what may take long.
        """
        self.queue(self.channel, "bulk", "proof", "import", "stock", "events", "fulfilment")
        self.queue(self.other, "import")
        manager = ChannelManager()
        shops = [channel._get_job_channel("events") for channel in self.channel | self.other]
        for shop in shops:
            manager.simple_configure(CHANNELS.format(shop=shop))
        self.assertEqual(self.start(manager), ["events", "fulfilment", "import"])
        last = self.env["queue.job"].search([], order="id desc", limit=1)
        self.assertEqual(last.channel, f"{shops[1]}.long", "that of the other shop")

    def test_long_jobs_of_a_shop_run_one_by_one(self):
        self.queue(self.channel, "bulk", "import", "proof")
        manager = ChannelManager()
        manager.simple_configure(CHANNELS.format(shop=self.channel._get_job_channel("events")))
        self.assertEqual(self.start(manager), ["import"])
