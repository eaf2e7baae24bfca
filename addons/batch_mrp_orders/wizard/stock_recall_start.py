# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class StockRecallStart(models.TransientModel):
    """The question a recall begins with: which of our lots does the warning mean?"""

    _name = "stock.recall.start"
    _description = "Start a Recall"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    opened_on = fields.Datetime(default=fields.Datetime.now, required=True)
    rehearsal = fields.Boolean(
        help="A drill: it finds what a recall would find and takes the time, but changes nothing."
    )
    source = fields.Selection(
        [("number", "A Lot Number"), ("run", "A Production Run"), ("lots", "Lots")],
        "Start From",
        required=True,
        default="number",
    )
    number = fields.Char(
        "Lot Number", help="The number on the label, ours or the supplier's, as it was reported."
    )
    production_id = fields.Many2one(
        "mrp.production",
        "Production Run",
        domain="[('state', 'not in', ('draft', 'cancel')), ('company_id', '=', company_id)]",
    )
    run_side = fields.Selection(
        [("made", "What It Has Made"), ("used", "What It Has Used"), ("both", "Both")],
        "Which Lots",
        required=True,
        default="made",
    )
    lot_ids = fields.Many2many(
        "stock.lot",
        string="Suspicious Lots",
        compute="_compute_lot_ids",
        store=True,
        readonly=False,
        domain="[('company_id', 'in', (False, company_id))]",
    )
    reason = fields.Char(help="What is wrong, in a few words.")

    @api.depends("source", "number", "production_id", "run_side", "company_id")
    def _compute_lot_ids(self):
        for wizard in self:
            wizard.lot_ids = wizard._get_lots() if wizard.source != "lots" else wizard.lot_ids

    def _get_lots(self):
        if self.source == "run":
            return self._get_run_lots()
        if not (self.number or "").strip():
            return self.env["stock.lot"]
        Lot = self.env["stock.lot"]
        domain = Lot._get_supplier_lot_domain(self.number, self.company_id)
        domain |= Domain("name", "=", self.number.strip()) & Domain(
            "company_id", "in", (False, self.company_id.id)
        )
        return Lot.search(domain)

    def _get_run_lots(self):
        run = self.production_id
        lots = self.env["stock.lot"]
        if self.run_side in ("made", "both"):
            lots |= run.move_finished_ids.move_line_ids.lot_id
        if self.run_side in ("used", "both"):
            lots |= run.move_raw_ids.filtered("picked").move_line_ids.lot_id
        return lots

    def action_start(self):
        self.ensure_one()
        if not self.lot_ids:
            raise UserError(self.env._("No lot is chosen yet."))
        Recall = self.env["stock.recall"].with_company(self.company_id)
        return Recall.create(self._prepare_recall())._get_form_action()

    def _prepare_recall(self):
        number = (self.number or "").strip()
        by_supplier = self.source == "number" and number.lower() in (
            (lot.supplier_lot or "").strip().lower() for lot in self.lot_ids
        )
        origin = "supplier_lot" if by_supplier else "run" if self.source == "run" else "lot"
        return {
            "company_id": self.company_id.id,
            "origin": origin,
            "rehearsal": self.rehearsal,
            "reason": self.reason,
            "lot_ids": [Command.set(self.lot_ids.ids)],
            "supplier_lot": number if by_supplier else False,
            "production_id": self.production_id.id if origin == "run" else False,
            "started_on": self.opened_on,
        }
