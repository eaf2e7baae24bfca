# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

READER = "channel_connectors.group_channel_reader"
# The same thing is noted again only after so long: noting must not slow anybody down.
INTERVAL = timedelta(hours=1)


class SalesChannelAbility(models.Model):
    """Something a channel lets some shops do and others not, and what has really happened."""

    _name = "sales.channel.ability"
    _description = "What a Channel Lets Us Do"
    _order = "channel_id, id"
    _rec_name = "ability"

    channel_id = fields.Many2one("sales.channel", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    ability = fields.Selection(
        [
            ("addresses", "Read Delivery Addresses"),
            ("tracking", "Report Tracking Numbers"),
            ("buyer_email", "Read E-Mail Addresses of Buyers"),
            ("webhooks", "Be Told of New Orders at Once"),
        ],
        required=True,
    )
    state = fields.Selection(
        [("unknown", "Unknown"), ("yes", "Yes"), ("no", "No")],
        "Allowed",
        required=True,
        default="unknown",
    )
    allowed_at = fields.Datetime("Last Allowed")
    allowed_example = fields.Char("Example")
    refused_at = fields.Datetime("Last Refused")
    refused_example = fields.Char("Example of a Refusal")
    advice = fields.Text(compute="_compute_advice")

    _unique_ability = models.Constraint(
        "UNIQUE(channel_id, ability)", "Each ability of a channel is noted once."
    )

    @api.depends("ability", "state")
    def _compute_advice(self):
        refused = {
            "addresses": self.env._(
                "Orders come in without address and wait before delivery. Import the file of sold "
                "items from the channel, or enter the addresses by hand."
            ),
            "tracking": self.env._(
                "Enter the tracking numbers at the channel; they are ready to be copied."
            ),
            "buyer_email": self.env._("Not needed: the channel itself writes to buyers."),
            "webhooks": self.env._("Not needed: we ask for new orders every ten minutes."),
        }
        first_orders = self.env._("Is found out with the first orders.")
        unknown = {
            "addresses": first_orders,
            "buyer_email": first_orders,
            "tracking": self.env._("Is found out with the first shipment."),
        }
        for row in self:
            row.advice = {"no": refused, "unknown": unknown}.get(row.state, {}).get(row.ability)

    def _is_news(self, allowed):
        """Whether it is worth a write that the channel has just allowed or refused this."""
        last = self.allowed_at if allowed else self.refused_at
        is_known = self.state == ("yes" if allowed else "no")
        return not (is_known and last and fields.Datetime.now() - last < INTERVAL)


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    ability_ids = fields.One2many("sales.channel.ability", "channel_id", groups=READER)
    has_abilities = fields.Boolean(compute="_compute_ability_text", groups=READER)
    ability_text = fields.Char(
        "Allowed", compute="_compute_ability_text", groups=READER, help="Allowed, out of how many."
    )

    @api.depends("channel_type", "ability_ids.state")
    def _compute_ability_text(self):
        for channel in self:
            known = channel._adapter_class().capabilities.abilities
            allowed = len(channel.ability_ids.filtered(lambda row: row.state == "yes"))
            channel.has_abilities = bool(known)
            channel.ability_text = f"{allowed} / {len(known)}"

    def _note_ability(self, ability, allowed, detail=""):
        """Note that the channel has just let us do something, or has refused it.

        ``detail`` is an example, as the number of an order. To be called once for many orders,
        not for each.
        """
        self.ensure_one()
        # sudo: what the channel answered is true, whoever asked
        abilities = self.env["sales.channel.ability"].sudo()
        known = abilities.search_fetch(
            [("channel_id", "=", self.id), ("ability", "=", ability)],
            ["state", "allowed_at", "refused_at"],
        )
        if known and not known._is_news(allowed):
            return
        kind = "allowed" if allowed else "refused"
        columns = [SQL.identifier(f"{kind}_at"), SQL.identifier(f"{kind}_example")]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_channel_ability (
                    channel_id, company_id, ability, state, %(columns)s)
                VALUES (%(channel)s, %(company)s, %(ability)s, %(state)s,
                        now() AT TIME ZONE 'UTC', %(detail)s)
                ON CONFLICT (channel_id, ability) DO UPDATE
                   SET state = EXCLUDED.state, %(changes)s
                """,
                columns=SQL(", ").join(columns),
                changes=SQL(", ").join(SQL("%s = EXCLUDED.%s", name, name) for name in columns),
                channel=self.id,
                company=self.company_id.id,
                ability=ability,
                state="yes" if allowed else "no",
                detail=detail or None,
            )
        )
        abilities.invalidate_model()
        self.invalidate_recordset(["ability_ids"])

    def action_view_abilities(self):
        """The page with what the channel lets this shop do."""
        self.ensure_one()
        self._list_abilities()
        capabilities = self._adapter_class().capabilities
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_ability"
        )
        action["display_name"] = self.env._("What %s lets this key do", capabilities.label)
        action["domain"] = [("channel_id", "=", self.id)]
        return action

    def _list_abilities(self):
        """A row for each ability, also for what has not been tried yet."""
        capabilities = self._adapter_class().capabilities
        # sudo: readers may open the page too
        abilities = self.env["sales.channel.ability"].sudo()
        known = abilities.search([("channel_id", "=", self.id)]).mapped("ability")
        for ability in capabilities.abilities:
            if ability not in known:
                is_no = ability == "webhooks" and not capabilities.webhooks
                abilities.create(
                    {
                        "channel_id": self.id,
                        "ability": ability,
                        "state": "no" if is_no else "unknown",
                    }
                )
