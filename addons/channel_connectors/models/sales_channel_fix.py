# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class SalesChannelOrder(models.Model):
    """What solves a problem of the inbox. Once it is solved, all orders with it go on."""

    _inherit = "sales.channel.order"

    def action_fix(self):
        """Open what solves the problem of this order, or try it again."""
        row = self[:1]
        fix = {
            "product": row.action_map_products,
            "tax": row._action_choose_tax,
            "payment": row._action_explain_payment,
            "address": row._action_complete_address,
            "country": row._action_complete_address,
            "currency": row._action_activate_currency,
            "setup": row.action_view_channel,
        }.get(row.reason_code, self.action_retry)
        return fix()

    def action_map_products(self):
        """The products of the channel nobody has mapped yet."""
        return self.channel_id[:1].action_view_listings()

    def action_view_channel(self):
        """The channel with its settings."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sales.channel",
            "res_id": self.channel_id.id,
            "views": [(False, "form")],
        }

    def _action_choose_tax(self):
        return self._action_open_rows("action_sales_channel_tax")

    def _action_explain_payment(self):
        return self._action_open_rows("action_sales_channel_method")

    def _action_open_rows(self, name):
        """The mapping rows of the channel that wait for a decision."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"channel_connectors.{name}")
        action["domain"] = [("channel_id", "=", self.channel_id.id)]
        action["context"] = {"search_default_open": 1}
        return action

    def _action_complete_address(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complete the Address of %s", self.name),
            "res_model": "sales.channel.address",
            "target": "new",
            "views": [(False, "form")],
            "context": {"default_row_id": self.id},
        }

    def _action_activate_currency(self):
        """Make the customer's currency usable: activate it, with a pricelist to carry it.

        The rate is for a person to enter: it opens where one is missing.
        """
        self.ensure_one()
        payload, channel = self.payload, self.channel_id
        order = channel._adapter_class().parse_order(payload)
        # sudo: what is made follows from the order; whoever may solve its problems may do it
        currencies = self.env["res.currency"].sudo().with_context(active_test=False)
        currency = currencies.search([("name", "=", order.currency)])
        if not currency or order.shop_currency != channel.currency_id.name:
            return self.action_view_channel()
        currency.active = True
        pricelists = self.env["product.pricelist"].sudo()
        domain = pricelists._check_company_domain(channel.company_id)
        if not pricelists.search([*domain, ("currency_id", "=", currency.id)], limit=1):
            pricelists.create(
                {
                    "name": self.env._("Orders in %s", currency.name),
                    "currency_id": currency.id,
                    "company_id": channel.company_id.id,
                }
            )
        channel._release_waiting("currency")
        if currency.with_company(channel.company_id).rate_ids:
            return None
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.currency",
            "res_id": currency.id,
            "views": [(False, "form")],
        }
