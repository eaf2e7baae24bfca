# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..channels.base.errors import ChannelError


class SalesChannelLocation(models.Model):
    _name = "sales.channel.location"
    _description = "Stock Location of a Sales Channel"
    _order = "channel_id, name, id"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True, precompute=True)
    external_id = fields.Char("Channel ID", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    active = fields.Boolean(default=True, readonly=True)
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        check_company=True,
        help="What is free in these warehouses is offered here. Empty: the channel's own matter.",
    )

    _unique_location = models.Constraint(
        "UNIQUE(channel_id, external_id)", "A location of a channel can be listed only once."
    )

    @api.constrains("warehouse_ids", "channel_id", "active")
    def _check_warehouses(self):
        """The same goods are not offered at two places of one channel."""
        for channel in self.channel_id:
            seen = self.env["stock.warehouse"]
            for location in channel.location_ids:
                if twice := seen & location.warehouse_ids:
                    raise ValidationError(
                        self.env._(
                            "%(warehouse)s is offered at two locations of %(channel)s.",
                            warehouse=", ".join(twice.mapped("name")),
                            channel=channel.name,
                        )
                    )
                seen |= location.warehouse_ids

    @api.model_create_multi
    def create(self, vals_list):
        locations = super().create(vals_list)
        locations.channel_id._touch_stock()
        return locations

    def write(self, vals):
        result = super().write(vals)
        if "warehouse_ids" in vals or "active" in vals:
            self.channel_id._touch_stock()
        return result


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    location_ids = fields.One2many(
        "sales.channel.location",
        "channel_id",
        "Locations",
        groups="channel_connectors.group_channel_reader",
    )

    def action_fetch_locations(self):
        """Places of the channel; a single one stands for the channel's warehouse."""
        self.ensure_one()
        self._require_setup()
        try:
            open_places = self._fetch_locations()
        except ChannelError as error:
            raise UserError(self._explain(error)) from error
        return self._notify(
            self.env._("Locations"),
            self.env._("%s locations of the channel are known.", len(open_places)),
            "success",
        )

    def _fetch_locations(self):
        """The open places of the channel, with what is new about them."""
        places = self._adapter().places()
        model = self.env["sales.channel.location"].with_context(active_test=False)
        known = {row.external_id: row for row in model.search([("channel_id", "=", self.id)])}
        for place in places:
            vals = {"name": place.name, "active": place.active}
            if place.external_id in known:
                known[place.external_id].write(vals)
            else:
                model.create({**vals, "channel_id": self.id, "external_id": place.external_id})
        open_places = self.location_ids.filtered("active")
        if len(open_places) == 1 and not open_places.warehouse_ids:
            open_places.warehouse_ids = self.warehouse_id
        return open_places
