# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class MrpCleaning(models.Model):
    """Somebody has cleaned a work center, or quality lets a run start without.

    Entries are only added: who and when are set by the system, and nobody changes them.
    """

    _name = "mrp.cleaning"
    _description = "Cleaning"
    _order = "date desc, id desc"
    _rec_name = "workcenter_id"
    _check_company_auto = True

    company_id = fields.Many2one(related="workcenter_id.company_id", store=True, index=True)
    workcenter_id = fields.Many2one(
        "mrp.workcenter", "Work Center", required=True, check_company=True, index=True
    )
    production_id = fields.Many2one(
        "mrp.production", "Before Run", check_company=True, index="btree_not_null"
    )
    kind = fields.Selection(
        [("ok", "Cleaned, Test Passed"), ("fail", "Test Failed"), ("waived", "Waived by Quality")],
        "Result",
        required=True,
        default="ok",
        help="The result of the swab or allergen test after the cleaning.",
    )
    remark = fields.Char()
    user_id = fields.Many2one("res.users", "Signed Off By", readonly=True)
    date = fields.Datetime("Signed Off On", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        signature = {"user_id": self.env.uid, "date": fields.Datetime.now()}
        entries = super().create([{**vals, **signature} for vals in vals_list])
        entries._check_waiver()
        return entries

    def _check_waiver(self):
        for entry in self:
            if entry.kind != "waived":
                continue
            if not self.env.user.has_group("batch_mrp_orders.group_quality"):
                raise AccessError(
                    self.env._("Only members of the group “Quality” waive a cleaning.")
                )
            if not entry.production_id or not (entry.remark or "").strip():
                raise UserError(self.env._("Name the run and say why it may start uncleaned."))


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    def button_start(self, raise_on_invalid_state=False):
        """Whoever starts work, on whichever screen, finds the work center clean."""
        self.filtered(lambda work: work.state in ("blocked", "ready"))._check_cleaned()
        return super().button_start(raise_on_invalid_state=raise_on_invalid_state)

    def _check_cleaned(self):
        rules = self.env["mrp.cleaning.rule"].search(
            [("company_id", "in", self.company_id.ids), ("needs_release", "=", True)]
        )
        if not rules:
            return
        for work in self:
            asked = rules.filtered(
                lambda rule, work=work: (
                    rule.company_id == work.company_id
                    and rule.workcenter_id in (work.workcenter_id, work.workcenter_id.browse())
                )
            )
            last = work._get_last_on_work_center()
            broken = asked._get_broken(last.product_id, work.product_id) if last else asked.browse()
            if broken and not work._is_released_after(last):
                raise UserError(
                    self.env._(
                        "%(place)s must be cleaned and released before %(run)s starts. The last "
                        "run was %(last)s:\n%(reasons)s\nSign off the cleaning with its test, or "
                        "ask quality to waive it.",
                        place=work.workcenter_id.name,
                        run=work.production_id.name,
                        last=f"{last.production_id.name}, {last.product_id.display_name}",
                        reasons="\n".join(f"– {rule.name}" for rule in broken),
                    )
                )

    def _get_last_on_work_center(self):
        """The work order that began last on this one's work center."""
        return self.search(
            [
                ("workcenter_id", "=", self.workcenter_id.id),
                ("state", "in", ("progress", "done")),
                ("date_start", "!=", False),
                ("id", "!=", self.id),
            ],
            order="date_start desc, id desc",
            limit=1,
        )

    def _is_released_after(self, last):
        """Whether what was entered last since ``last`` lets this start."""
        entry = self.env["mrp.cleaning"].search(
            [
                ("workcenter_id", "=", self.workcenter_id.id),
                ("date", ">=", last.date_finished if last.state == "done" else last.date_start),
                "|",
                ("kind", "!=", "waived"),
                ("production_id", "=", self.production_id.id),
            ],
            limit=1,
        )
        return entry.kind in ("ok", "waived")


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def action_sign_cleaning(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sign Off the Cleaning"),
            "res_model": "mrp.cleaning",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_workcenter_id": self.floor_workcenter_id.id,
                "default_production_id": self.id,
            },
        }
