# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
import binascii

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..channels.base.errors import PayloadError
from ..channels.etsy.sold_items import MOST_BYTES, SoldItemsError, read_sold_items

# Names of countries that are no names in Odoo, as Etsy and its sellers write them.
COUNTRY_NAMES = {
    "usa": "US",
    "united states of america": "US",
    "vereinigte staaten von amerika": "US",
    "uk": "GB",
    "great britain": "GB",
    "großbritannien": "GB",
    "the netherlands": "NL",
    "holland": "NL",
    "czech republic": "CZ",
    "tschechien": "CZ",
}
PARTS = ("name", "street", "street2", "zip", "city", "country_code")
# Kept with the order after the import; the state is none of what a person completes.
USABLE = ("fill", "differs")


class SalesChannelAddressImport(models.TransientModel):
    _name = "sales.channel.address.import"
    _description = "Fill Addresses from a File"

    channel_id = fields.Many2one(
        "sales.channel", required=True, domain="[('channel_type', '=', 'etsy')]"
    )
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    state = fields.Selection([("file", "File"), ("check", "Check")], default="file", required=True)
    line_ids = fields.One2many("sales.channel.address.import.line", "wizard_id")
    fill_count = fields.Integer(compute="_compute_counts")
    same_count = fields.Integer("Known Already", readonly=True)
    unknown_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.outcome", "line_ids.is_used")
    def _compute_counts(self):
        for wizard in self:
            wizard.fill_count = len(wizard.line_ids.filtered("is_used"))
            wizard.unknown_count = len(
                wizard.line_ids.filtered(lambda line: line.outcome == "unknown")
            )

    def action_read(self):
        """Show what the file would fill; nothing is changed yet."""
        self.ensure_one()
        self.channel_id.check_access("read")
        sold = self._read_file()
        rows = self.env["sales.channel.order"].search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("external_id", "in", [entry.order_id for entry in sold]),
            ]
        )
        by_id = {row.external_id: row for row in rows}
        codes = self._country_codes()
        lines = [self._prepare_line(entry, by_id.get(entry.order_id), codes) for entry in sold]
        kept = [vals for vals in lines if vals["outcome"] != "same"]
        self.write(
            {
                # The file holds addresses: it is kept no longer than needed.
                "file": False,
                "state": "check",
                "same_count": len(lines) - len(kept),
                "line_ids": [Command.clear(), *(Command.create(vals) for vals in kept)],
            }
        )
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fill Addresses from a File"),
            "res_model": self._name,
            "res_id": self.id,
            "target": "new",
            "views": [(False, "form")],
            "context": {"dialog_size": "extra-large"},
        }

    def _read_file(self):
        try:
            return read_sold_items(base64.b64decode(self.file or b"", validate=True))
        except binascii.Error as error:
            raise UserError(self.env._("Choose a file first.")) from error
        except SoldItemsError as error:
            texts = {
                "size": self.env._("The file is larger than %s MB.", MOST_BYTES // 1_000_000),
                "rows": self.env._("The file has too many rows: download a shorter period."),
                "broken": self.env._("The file cannot be read as a table."),
                "columns": self.env._(
                    "This is no file of sold items: columns with the number of the order, the "
                    "street and the city are missing. In Etsy choose “Order Items” as the type."
                ),
            }
            raise UserError(texts[error.code]) from error

    def _country_codes(self):
        """Codes of countries by code and by their names, in English and the languages used."""
        countries = self.env["res.country"].search([("code", "!=", False)])
        codes = dict(COUNTRY_NAMES)
        for lang in {"en_US", *(code for code, _name in self.env["res.lang"].get_installed())}:
            for country in countries.with_context(lang=lang):
                codes[country.name.casefold()] = country.code
        return codes | {country.code.casefold(): country.code for country in countries}

    def _prepare_line(self, sold, row, codes):
        """One order of the file beside what is known of it."""
        code = codes.get(sold.country.casefold(), "")
        address = sold.located(code)
        vals = {
            "order_name": sold.order_id,
            "row_id": row.id if row else False,
            **{part: getattr(address, part) for part in PARTS},
            "country_text": sold.country,
        }
        return {**vals, **self._judge(sold, address, row)}

    def _judge(self, sold, address, row):
        """What is to be done with an address of the file."""
        if not row:
            return {"outcome": "unknown"}
        try:
            order = row.channel_id._adapter_class().parse_order(row.payload)
        except PayloadError:
            return {"outcome": "unreadable"}
        known = order.completed(row.completion or {}).shipping
        if sold.is_ambiguous or not address.is_deliverable:
            return {"outcome": "unclear"}
        if known.is_withheld:
            return {"outcome": "fill", "is_used": True}
        if known.key == address.key:
            return {"outcome": "same"}
        known_text = ", ".join(part for part in (getattr(known, name) for name in PARTS) if part)
        told = not order.address_withheld
        late = row.sale_order_id and row.sale_order_id._channel_is_committed()
        outcome = "told" if told else "late" if late else "differs"
        return {"outcome": outcome, "known": known_text}

    def action_apply(self):
        """Fill the addresses that were chosen."""
        self.ensure_one()
        used = self.line_ids.filtered(lambda line: line.is_used and line.outcome in USABLE)
        if not used:
            raise UserError(self.env._("No address is chosen."))
        parts = {
            line.row_id: {
                **(line.row_id.completion or {}),
                **{part: line[part] or "" for part in PARTS},
            }
            for line in used
        }
        rows = used.row_id
        rows._apply_completion(parts)
        self.line_ids = [Command.clear()]
        waiting = rows.filtered(lambda row: row.state == "attention")
        message = self.env._("%s addresses are filled.", len(rows))
        if waiting:
            text = self.env._("%s orders need attention.", len(waiting))
            return self.channel_id._notify(
                self.env._("Addresses filled"), f"{message} {text}", "warning"
            )
        return self.channel_id._notify(self.env._("Addresses filled"), message, "success")


class SalesChannelAddressImportLine(models.TransientModel):
    _name = "sales.channel.address.import.line"
    _description = "Address in a File"
    _order = "outcome, id"

    wizard_id = fields.Many2one(
        "sales.channel.address.import", required=True, ondelete="cascade", index=True
    )
    row_id = fields.Many2one("sales.channel.order", readonly=True, ondelete="cascade")
    order_name = fields.Char("Channel Order", readonly=True)
    outcome = fields.Selection(
        [
            ("fill", "Will be filled"),
            ("differs", "Differs from what was entered"),
            ("told", "The channel says otherwise"),
            ("late", "Differs, but already shipped or invoiced"),
            ("unclear", "Not clear in the file"),
            ("unknown", "Order not received"),
            ("unreadable", "Order not understood"),
            ("same", "Known already"),
        ],
        "Result",
        readonly=True,
        required=True,
    )
    is_used = fields.Boolean("Use")
    name = fields.Char("Recipient", readonly=True)
    street = fields.Char(readonly=True)
    street2 = fields.Char(readonly=True)
    zip = fields.Char("Postcode", readonly=True)
    city = fields.Char(readonly=True)
    country_code = fields.Char(readonly=True)
    country_text = fields.Char("Country", readonly=True)
    known = fields.Char("Known Address", readonly=True)
