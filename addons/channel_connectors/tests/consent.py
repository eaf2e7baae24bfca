# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest import SkipTest

from odoo.tests import TransactionCase, new_test_user

from tests.sandbox.etsy import ABSENT, KEYSTRING, SHARED_SECRET, Sandbox, Store, available


class ConsentCase(TransactionCase):
    """A channel at the stand-in that nobody has connected yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not available():
            raise SkipTest(ABSENT)
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "True")
        cls.store = Store()
        cls.sandbox = Sandbox(cls.store).start()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.manager = cls.new_user("etsy_manager", "channel_connectors.group_channel_manager")
        cls.channel = cls.make_channel()
        cls.env.flush_all()

    @classmethod
    def make_channel(cls, **vals):
        return cls.env["sales.channel"].create(
            {
                "name": "Etsy",
                "channel_type": "etsy",
                "api_base": cls.sandbox.url,
                "client_id": KEYSTRING,
                "client_secret": SHARED_SECRET,
                "currency_id": cls.env.ref("base.EUR").id,
                "auto_import": False,
                **vals,
            }
        )

    @classmethod
    def new_user(cls, login, group, **vals):
        return new_test_user(cls.env, login, f"base.group_user,{group}", lang="de_DE", **vals)

    def account(self):
        self.env.invalidate_all()
        return self.env["sales.channel.account"].search([("channel_id", "=", self.channel.id)])

    def set_account(self, **values):
        """What time or another worker would have done to the account."""
        self.account().write(values)
        self.env.flush_all()
