# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import uuid
from datetime import timedelta

from odoo import api, fields, models

from ..channels.base.outgoing import Level, LevelsRefusedError, SpentKeyError, StaleError

KEEP_MESSAGES = timedelta(days=30)


class SalesChannelStock(models.Model):
    _inherit = "sales.channel.stock"

    def _make_intent(self):
        """One message for these levels, with what the channel has now: it changes a level
        only if that is still so.
        """
        channel = self.channel_id
        key = str(uuid.uuid4())
        intent = self.env["sales.channel.intent"].create(
            {
                "channel_id": channel.id,
                "kind": "stock",
                "name": self.env._("%s stock levels", len(self)),
                "subject": key,
                "key": key,
                "payload": {
                    "levels": [
                        [
                            level.id,
                            level.listing_id.inventory_item_id,
                            level.location_id.external_id,
                            level.offered,
                            level.present,
                            level.relisting == "agreed",
                            level.is_resting,
                        ]
                        for level in self
                    ]
                },
            }
        )
        self.write({"intent_id": intent.id, "is_dirty": False})
        return intent


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    def _execute_stock(self, adapter, commit):
        """Set the levels; repeated with the same key it changes nothing more."""
        rows = self.payload["levels"]
        levels = self.env["sales.channel.stock"].browse([row[0] for row in rows]).exists()
        wanted = [Level(*row[1:]) for row in rows]
        self._save_progress(asked=True)
        self.channel_id._keep(commit)
        try:
            reference = f"gid://odoo/SalesChannelIntent/{self.id}"
            adapter.set_levels(wanted, self.key, reference, self._get_rest(commit))
        except (StaleError, SpentKeyError):
            return self._look_again(levels)
        except LevelsRefusedError as error:
            refused = {row[0] for index, row in enumerate(rows) if index in error.indexes}
            culprits = levels.filtered(lambda level: level.id in refused)
            culprits.write({"problem": str(error)})
            values = self._look_again(levels)
            # They wait for the next change, or the night.
            culprits.is_dirty = False
            return values
        told = {row[0]: row[3] for row in rows}
        now = fields.Datetime.now()
        for level in levels:
            level.write(
                {
                    "intent_id": False,
                    "present": told[level.id],
                    "is_known": True,
                    "sent_at": now,
                    "problem": False,
                    "relisting": False,
                }
            )
        self._note_awake(levels.filtered(lambda level: told[level.id] and level.is_resting))
        self._save_progress(asked=None)
        return {}

    def _look_again(self, levels):
        """Nothing was set: look at the levels again and decide again, with a new key."""
        levels.write({"intent_id": False, "is_known": False, "is_dirty": True})
        self._save_progress(asked=None)
        return {"state": "obsolete", "done_at": False}

    def action_drop(self):
        result = super().action_drop()
        for intent in self.filtered(lambda row: row.kind == "stock"):
            levels = self.env["sales.channel.stock"].search([("intent_id", "=", intent.id)])
            intent._look_again(levels)
        return result

    @api.autovacuum
    def _gc_stock_messages(self):
        """Stock messages say nothing any more after a while, and there are many."""
        limit = fields.Datetime.now() - KEEP_MESSAGES
        self.search(
            [
                ("kind", "=", "stock"),
                ("state", "in", ("done", "obsolete")),
                ("create_date", "<", limit),
            ],
            limit=10_000,
        ).unlink()
