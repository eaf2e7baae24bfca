# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..carriers.base.errors import CarrierError
from ..carriers.registry import client_class


class CarrierManifest(models.Model):
    """The list of a day: what was handed over to a carrier."""

    _name = "carrier.manifest"
    _description = "List of the Day for a Carrier"
    _order = "date desc, id desc"
    _rec_name = "date"

    account_id = fields.Many2one(
        "carrier.label.account", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    date = fields.Date(required=True, readonly=True)
    label_ids = fields.One2many("carrier.label", "manifest_id", "Labels", readonly=True)
    parcels = fields.Integer(compute="_compute_parcels", store=True)
    error = fields.Text("Not Closed", readonly=True)
    document_ids = fields.Many2many("ir.attachment", string="Lists", readonly=True)

    @api.depends("label_ids.parcels")
    def _compute_parcels(self):
        for manifest in self:
            manifest.parcels = sum(manifest.label_ids.mapped("parcels"))


class CarrierLabel(models.Model):
    _inherit = "carrier.label"

    manifest_id = fields.Many2one("carrier.manifest", readonly=True, index="btree_not_null")

    def _close(self, account, today):
        """Close these labels; those the carrier refuses stay open."""
        try:
            told = account._client().manifest(
                [number for label in self for number in label.numbers.split(",")]
            )
        except CarrierError as error:
            return self.env["carrier.manifest"].create(
                {"account_id": account.id, "date": today, "error": account._sentence(error)}
            )
        closed = set(told.numbers)
        manifest = self.env["carrier.manifest"].create(
            {
                "account_id": account.id,
                "date": today,
                "error": "\n".join(f"{number}: {text}" for number, text in told.errors.items())
                or False,
            }
        )
        done = self.filtered(lambda label: set(label.numbers.split(",")) <= closed)
        done.manifest_id = manifest
        manifest.document_ids = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{today} {account.name} {number}.pdf",
                    "raw": document.content,
                    "mimetype": "application/pdf",
                    "res_model": manifest._name,
                    "res_id": manifest.id,
                }
                for number, document in enumerate(told.documents, 1)
            ]
        )
        return manifest


class CarrierLabelAccount(models.Model):
    _inherit = "carrier.label.account"

    closes_day = fields.Boolean(
        "Close the Day by Itself",
        help="Each evening. Else the carrier closes shipments by itself at an hour of its own, or "
        "somebody presses the button.",
    )
    can_manifest = fields.Boolean(compute="_compute_can_manifest")

    @api.depends("provider")
    def _compute_can_manifest(self):
        for account in self:
            account.can_manifest = client_class(account.provider).can_manifest

    def action_close_day(self):
        """Close what was handed over, and keep the carrier's list. Asking twice does no harm."""
        self.ensure_one()
        # sudo: attempts and lists are written by the machinery only, no role may
        labels = self.env["carrier.label"].sudo()
        labels._see_used()
        today = fields.Date.context_today(self)
        open_labels = labels.search(
            [
                ("account_id", "=", self.id),
                ("state", "=", "used"),
                ("manifest_id", "=", False),
                ("ship_date", "<=", today),
            ]
        )
        if not open_labels:
            text = self.env._("There is nothing to close.")
            return self.env["stock.picking"]._label_notification(text, "info")
        manifest = open_labels._close(self, today)
        return {
            "type": "ir.actions.act_window",
            "res_model": "carrier.manifest",
            "res_id": manifest.id,
            "views": [(False, "form")],
        }

    @api.model
    def _cron_close_day(self):
        for account in self.search([("closes_day", "=", True)]):
            account.action_close_day()
