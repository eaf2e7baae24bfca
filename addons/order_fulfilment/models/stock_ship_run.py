# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_datetime

# More than these are shipped by a job, while their person goes on.
SHIPPED_AT_ONCE = 50
# Deliveries of one transaction of a job: what a crash can undo.
SHIPPED_TOGETHER = 25


class StockShipRun(models.Model):
    """Deliveries that somebody has sent off together, and what became of each.

    A job takes a set at a time; set and result are one transaction. After a crash it goes on with
    what is still waiting, and labels that were bought are found again.
    """

    _name = "stock.ship.run"
    _description = "Shipping Run"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    kind = fields.Selection([("ship", "Ship"), ("labels", "Buy Labels")], required=True)
    partial = fields.Boolean(help="What is not there is left behind as a delivery of its own.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", "By", required=True, default=lambda self: self.env.user, readonly=True
    )
    line_ids = fields.One2many("stock.ship.run.line", "run_id", "Deliveries", readonly=True)
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    done_count = fields.Integer("Done", compute="_compute_counts")
    failed_count = fields.Integer("Not Done", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")

    @api.depends("create_date", "kind")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            moment = format_datetime(self.env, run.create_date, dt_format="short")
            run.name = f"{kinds.get(run.kind, '')} {moment}"

    @api.depends("line_ids.state")
    def _compute_counts(self):
        counts = defaultdict(int)
        for run, state, count in self.env["stock.ship.run.line"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        ):
            counts[run.id, state] = count
        for run in self:
            run.waiting_count = counts[run.id, "waiting"]
            run.done_count = counts[run.id, "done"]
            run.failed_count = counts[run.id, "failed"]
            total = run.waiting_count + run.done_count + run.failed_count
            run.progress = 100 * (total - run.waiting_count) / total if total else 0

    @api.model
    def _start(self, pickings, kind, partial=False):
        """Ship deliveries now if they are few, else in jobs."""
        pickings.check_access("write")
        pickings = pickings.with_prefetch(pickings.ids)
        members = defaultdict(list)
        for picking in pickings:
            members[picking.company_id.id].append(Command.create({"picking_id": picking.id}))
        run = self.create(
            [
                {"kind": kind, "partial": partial, "company_id": company_id, "line_ids": lines}
                for company_id, lines in members.items()
            ]
        )
        for one in run:
            one._go_on()
        return run

    def _go_on(self):
        """Do what waits, here or in a job."""
        self.ensure_one()
        waiting = self.line_ids.filtered(lambda line: line.state == "waiting")
        if len(waiting) > SHIPPED_AT_ONCE:
            self._enqueue()
        elif waiting:
            waiting._process()

    def _enqueue(self):
        company = self.company_id
        run = self.with_company(company).with_context(lang=self.user_id.lang)
        run.with_delay(
            description=self.env._("Ship %s deliveries", self.waiting_count),
            identity_key=f"stock_ship_run_{self.id}",
        )._job_ship()

    def _job_ship(self):
        """Take a set; what waits then is the next job's."""
        self.ensure_one()
        waiting = self.line_ids.filtered(lambda line: line.state == "waiting")
        waiting[:SHIPPED_TOGETHER]._process()
        if len(waiting) > SHIPPED_TOGETHER:
            self._enqueue()

    # --------------------------------------------------------------------- actions
    def action_open(self):
        """What a person has to see: a word if all is well, else the list of what is not."""
        if not self:
            return False
        if len(self) == 1 and not self.waiting_count and not self.failed_count:
            text = (
                self.env._("%s deliveries have left.", self.done_count)
                if self.kind == "ship"
                else self.env._("%s labels are there.", self.done_count)
            )
            return self.env["stock.picking"]._tell(text)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "order_fulfilment.stock_ship_run_action"
        )
        if len(self) > 1:
            return action | {"domain": [("id", "in", self.ids)]}
        return action | {"res_id": self.id, "views": [(False, "form")], "view_mode": "form"}

    def action_refresh(self):
        """Show how far the jobs are."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_retry(self):
        """Try again what has not left."""
        self.line_ids.filtered(lambda line: line.state == "failed").state = "waiting"
        for run in self:
            run._go_on()
        return self.action_open()


class StockShipRunLine(models.Model):
    _name = "stock.ship.run.line"
    _description = "Delivery of a Shipping Run"
    _order = "state desc, id"
    _rec_name = "picking_id"

    run_id = fields.Many2one("stock.ship.run", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="picking_id.partner_id", string="Customer")
    origin = fields.Char(related="picking_id.origin")
    carrier_id = fields.Many2one(related="picking_id.carrier_id", string="Carrier")
    carrier_tracking_ref = fields.Char(related="picking_id.carrier_tracking_ref")
    state = fields.Selection(
        [("waiting", "Waiting"), ("failed", "Not Done"), ("done", "Done")],
        required=True,
        default="waiting",
    )
    problem = fields.Char(help="The kind of the first reason.")
    reason = fields.Text()

    def _process(self):
        """Do what the run is for, and note what became of each delivery."""
        run = self.run_id
        pickings = self.picking_id
        if run.kind == "ship":
            refused = pickings._ship_in_sets(run.partial)
        else:
            refused = pickings._buy_labels_in_set()
        outcomes = defaultdict(self.browse)
        for line in self:
            outcomes[tuple(refused.get(line.picking_id.id, ()))] |= line
        for problems, lines in outcomes.items():
            lines.write(
                {
                    "state": "failed" if problems else "done",
                    "problem": problems[0].kind if problems else False,
                    "reason": "\n".join(problem.text for problem in problems) or False,
                }
            )

    def action_open_picking(self):
        """The delivery."""
        return self._open("stock.picking", self.picking_id)

    def action_open_address(self):
        """The address of the delivery."""
        return self._open("res.partner", self.partner_id)

    def action_open_order(self):
        """The order of the delivery."""
        return self._open("sale.order", self.picking_id.sale_id)

    def action_decide_label(self):
        """Say whether there is a label."""
        return self.picking_id.action_decide_label()

    def _open(self, model, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": record.id,
            "view_mode": "form",
        }

    def action_retry(self):
        """Try again, now."""
        self.state = "waiting"
        self._process()
        return self.run_id.action_open()

    def action_ship_partial(self):
        """Ship what is there; the rest becomes a delivery of its own."""
        return self.picking_id.action_ship_partial()
