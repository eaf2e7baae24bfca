# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# What a letter, an invoice and DATEV need to know of a company.
COMPANY_FIELDS = ("street", "zip", "city", "country_id", "vat", "email")


class OrderHubStartStep(models.Model):
    """A step from an empty database to the first planned run.

    Whether it is done is read from what is there, never noted, except where only a person knows.
    """

    _name = "order.hub.start.step"
    _description = "First Step"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    note = fields.Text("What For", translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer()
    required = fields.Boolean("Needed", readonly=True)
    action = fields.Char(readonly=True, help="External id of the action that the button opens.")
    needs_addon = fields.Char(readonly=True, help="The step is there where this is installed.")
    settled_company_ids = fields.Many2many(
        "res.company",
        "order_hub_start_settled_rel",
        help="Companies in which somebody has said that nothing is left to do here.",
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("settled", "Settled by Hand")],
        compute="_compute_state",
        search="_search_state",
    )
    fact = fields.Char("So Far", compute="_compute_state")

    _unique_code = models.Constraint("UNIQUE(code)", "A step is there once.")

    @api.depends("code", "settled_company_ids")
    @api.depends_context("company")
    def _compute_state(self):
        facts, settled = self._get_facts()
        for step in self:
            is_done, fact = facts.get(step.code, (False, ""))
            step.state = "done" if is_done else "settled" if step.code in settled else "open"
            step.fact = fact

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._get_steps().filtered(lambda step: step.state in value).ids)

    @api.model
    def _get_facts(self):
        """(whether it is done, what there is) of each step whose state can be read, and the codes
        of those that were settled by hand: one query.
        """
        company = self.env.company
        self.env.flush_all()
        counts = self._get_counts(company)
        settled = SQL(
            "ARRAY(SELECT step.code FROM order_hub_start_settled_rel settled"
            " JOIN order_hub_start_step step ON step.id = settled.order_hub_start_step_id"
            " WHERE settled.res_company_id = %s)",
            company.id,
        )
        ((*numbers, settled_codes),) = self.env.execute_query(
            SQL("SELECT %s", SQL(", ").join([*counts.values(), settled]))
        )
        counts = dict(zip(counts, numbers, strict=True))
        facts = {
            code: (count > 0, str(count) if count > 0 else "") for code, count in counts.items()
        }
        # Small businesses have a tax number only.
        has_number = "l10n_de_stnr" in company._fields and company.l10n_de_stnr
        missing = [
            company._fields[name]._description_string(self.env)
            for name in COMPANY_FIELDS
            if not company[name] and not (name == "vat" and has_number)
        ]
        place = company.partner_id
        if not place.tz:
            missing.append(place._fields["tz"]._description_string(self.env))
        said = self.env._("Missing: %s", ", ".join(missing)) if missing else company.name
        facts["company"] = (not missing, said)
        chart = company.chart_template or ""
        facts["chart"] = (bool(chart), chart.rpartition("_")[2].upper())
        if "datev_consultant_number" in company._fields:
            number = company.datev_consultant_number
            facts["datev"] = (bool(number), str(number or ""))
        return facts, set(settled_codes)

    @api.model
    def _get_counts(self, company):
        """Statements that count, by the code of the step; no more than is worth telling."""
        ours = SQL("(company_id IS NULL OR company_id = %s)", company.id)
        counts = {
            "users": SQL(
                "(SELECT COUNT(*) - 1 FROM res_users person"
                " JOIN res_company_users_rel works ON works.user_id = person.id"
                " WHERE person.active AND NOT person.share AND works.cid = %s)",
                company.id,
            ),
            "products": SQL(
                "(SELECT COUNT(*) FROM product_template WHERE active AND is_storable AND %s)", ours
            ),
            "partners": SQL(
                "(SELECT COUNT(*) FROM res_partner WHERE active AND customer_rank > 0 AND %s)", ours
            ),
            "recipes": SQL("(SELECT COUNT(*) FROM mrp_bom WHERE active AND %s)", ours),
            "stock": SQL(
                "(SELECT COUNT(*) FROM stock_quant quant"
                " JOIN stock_location place ON place.id = quant.location_id"
                " WHERE place.usage = 'internal' AND quant.quantity > 0 AND quant.company_id = %s)",
                company.id,
            ),
            "channel": SQL(
                "(SELECT COUNT(*) FROM sales_channel WHERE active AND company_id = %s)", company.id
            ),
            "order": SQL(
                "(SELECT COUNT(*) FROM sale_order WHERE state = 'sale' AND company_id = %s)",
                company.id,
            ),
            "run": SQL(
                "(SELECT COUNT(*) FROM mrp_production"
                " WHERE state NOT IN ('draft', 'cancel') AND company_id = %s)",
                company.id,
            ),
        }
        if "label_provider" in self.env["delivery.carrier"]._fields:
            counts["carrier"] = SQL(
                "(SELECT COUNT(*) FROM delivery_carrier"
                " WHERE active AND delivery_type NOT IN ('fixed', 'base_on_rule') AND %s)",
                ours,
            )
        if "order.hub.comparison" in self.env:
            counts["comparison"] = SQL(
                "(SELECT COUNT(*) FROM order_hub_comparison WHERE company_id = %s)", company.id
            )
        return counts

    @api.model
    def _get_steps(self):
        """Those whose addon is installed and whose screen is there."""
        installed = self.env["ir.module.module"]._installed()
        find_action = self.env["ir.model.data"]._xmlid_to_res_id

        def is_there(step):
            if step.needs_addon and step.needs_addon not in installed:
                return False
            return not step.action or find_action(step.action)

        return self.search_fetch([], ["code", "required", "action", "needs_addon"]).filtered(
            is_there
        )

    def action_open(self):
        """Go where the step is done."""
        self.ensure_one()
        action = self.env.ref(self.action, raise_if_not_found=False)
        if not action:
            raise UserError(self.env._("The addon of this step is not installed."))
        return self.env["ir.actions.actions"]._for_xml_id(self.action)

    def action_settle(self):
        """Nothing is left to do here, in this company."""
        self.settled_company_ids += self.env.company

    def action_reopen(self):
        self.settled_company_ids -= self.env.company
