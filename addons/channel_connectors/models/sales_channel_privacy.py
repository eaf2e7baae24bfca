# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import json
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..channels.base.events import EventKind
from ..importer.privacy import CustomerData

DAYS_TO_ANSWER = 30


class SalesChannelPrivacy(models.Model):
    """A customer, or a whole shop, wants to see or to lose personal data.

    The channel only passes the wish on and sets a term of 30 days. Data is erased at once,
    and what the law makes us keep is named; data to hand over is collected and waits for
    the person who hands it over.
    """

    _name = "sales.channel.privacy"
    _description = "Privacy Request of a Sales Channel"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, readonly=True, index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    kind = fields.Selection(
        [
            (EventKind.DATA_REQUEST.value, "Hand Over Data"),
            (EventKind.CUSTOMER_REDACT.value, "Erase a Customer"),
            (EventKind.SHOP_REDACT.value, "Erase the Shop"),
        ],
        required=True,
        readonly=True,
    )
    reference = fields.Char("Customer in the Channel", required=True, readonly=True)
    event_id = fields.Many2one("sales.channel.event", readonly=True, ondelete="set null")
    deadline = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [("open", "To Do"), ("done", "Done")], required=True, default="open", tracking=True
    )
    attachment_id = fields.Many2one("ir.attachment", "Data to Hand Over", readonly=True)
    report = fields.Text("What Was Done", readonly=True)

    def action_done(self):
        """The data has been handed over: our copy of it goes."""
        self.attachment_id.unlink()
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self.write({"state": "done"})

    def _ask_manager(self, summary):
        """Remind a person who answers for the channels of this company of the term."""
        self.ensure_one()
        managers = self.env.ref("channel_connectors.group_channel_manager").all_user_ids
        found = managers.filtered(lambda user: self.company_id in user.company_ids)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.deadline,
            summary=summary,
            user_id=found[:1].id or self.env.uid,
        )


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    privacy_ids = fields.One2many(
        "sales.channel.privacy", "channel_id", groups="channel_connectors.group_channel_manager"
    )

    def _handle_data_request(self, event):
        """Collect what we hold of a customer, for a person to hand over."""
        data = self._customer_data(event.content, "orders_requested")
        request = self._make_privacy_request(event, data)
        content = json.dumps(data.collect(), indent=2, ensure_ascii=False, default=str)
        request.attachment_id = self.env["ir.attachment"].create(
            {
                "name": f"{request.reference.replace('/', '-')}.json",
                "raw": content.encode(),
                "mimetype": "application/json",
                "res_model": request._name,
                "res_id": request.id,
            }
        )
        request._ask_manager(self.env._("Hand the customer's data over"))
        event._finish()
        event.content = None

    def _handle_customer_redact(self, event):
        """Erase a customer: whoever it was, sums and goods of the orders stay."""
        data = self._customer_data(event.content, "orders_to_redact")
        request = self._make_privacy_request(event, data)
        request.write({"report": "\n".join(data.erase()), "state": "done"})
        event._finish()
        event.content = None

    def _handle_shop_redact(self, event):
        """The app has been gone for two days: erase every customer, and forget the shop."""
        data = CustomerData(self, links=self.env["sales.channel.partner"], rows=None)
        request = self._make_privacy_request(event, data)
        report = data.erase()
        # sudo: the columns are closed to everybody
        self.sudo().write(
            {
                "client_secret_stored": False,
                "client_secret_previous_stored": False,
                "access_token_stored": False,
            }
        )
        self._forget_token()
        self.write({"active": False, "auto_import": False, "use_webhooks": False})
        request.write({"report": "\n".join(report), "state": "done"})
        event._finish()

    def _make_privacy_request(self, event, data):
        return self.env["sales.channel.privacy"].create(
            {
                "channel_id": self.id,
                "kind": event.kind,
                "event_id": event.id,
                "reference": data.reference or self.shop_domain or self.name,
                "deadline": fields.Date.context_today(self) + timedelta(days=DAYS_TO_ANSWER),
            }
        )

    def _customer_data(self, content, orders_key):
        """What is known of the customer a request names by id, mail address and orders."""
        content = content or {}
        customer = content.get("customer") or {}
        gid = f"gid://shopify/Customer/{customer['id']}" if customer.get("id") else ""
        mail = (customer.get("email") or "").strip().casefold()
        orders = [f"gid://shopify/Order/{number}" for number in content.get(orders_key) or ()]
        self.env["sales.channel.order"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM sales_channel_order
                 WHERE channel_id = %(channel)s
                   AND (external_id = ANY(%(orders)s)
                        OR %(gid)s != '' AND payload #>> '{customer,id}' = %(gid)s
                        OR %(mail)s != '' AND lower(payload ->> 'email') = %(mail)s)
                """,
                channel=self.id,
                orders=orders,
                gid=gid,
                mail=mail,
            )
        )
        rows = self.env["sales.channel.order"].browse([row[0] for row in self.env.cr.fetchall()])
        links = self.env["sales.channel.partner"].search([("channel_id", "=", self.id)])
        links = links.filtered(lambda link: _names(link.external_key, gid, mail))
        return CustomerData(self, links=links, rows=rows, reference=gid or mail)


def _names(key, gid, mail):
    """Whether the key of a link names this customer."""
    parts = [part.casefold() for part in key.split("|")]
    return bool((gid and gid.casefold() in parts[1:]) or (mail and mail in parts[1:]))
