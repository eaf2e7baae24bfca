# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.queue_job.exception import RetryableJobError

_logger = logging.getLogger(__name__)

# In the order in which an order takes them.
WORKFLOW_STEPS = [
    ("confirm", "Confirm"),
    ("acknowledge", "Send confirmation"),
    ("invoice", "Invoice"),
    ("pay", "Register payment"),
    ("send", "Send invoice"),
    ("credit", "Credit refunds"),
    ("lock", "Close"),
]
STEP_BATCH = 50
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(days=1)


class SaleOrder(models.Model):
    """Workflows: each step finds the orders that are due for it and takes them in sets.

    A step is due by what the documents say, never by what ran before: repeated and
    concurrent runs find nothing left to do. Each step is a transaction of its own, so that
    a failure undoes nothing that happened before.
    """

    _inherit = "sale.order"

    workflow_failure_ids = fields.One2many(
        "sale.order.workflow.failure", "order_id", "Failed Steps", copy=False
    )
    workflow_error = fields.Char(
        "Automatic Step Failed",
        compute="_compute_workflow_error",
        store=True,
        help="Why automatic steps failed. They are tried again later.",
    )

    @api.depends("workflow_failure_ids.error")
    def _compute_workflow_error(self):
        labels = dict(
            self.env["sale.order.workflow.failure"]._fields["step"]._description_selection(self.env)
        )
        for order in self:
            order.workflow_error = "; ".join(
                f"{labels[failure.step]}: {failure.error}" for failure in order.workflow_failure_ids
            )

    # ------------------------------------------------------------------- choosing
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda order: not order.workflow_process_id)._set_workflow()
        return orders

    def _set_workflow(self):
        """The workflow of the channel, the customer or the team, in this order."""
        # sudo: the settings of channels are not for everybody who enters orders
        for order in self.sudo():
            partner = order.partner_id
            workflow = (
                order.channel_id.workflow_process_id
                or partner.workflow_process_id
                or partner.commercial_partner_id.workflow_process_id
                or order.team_id.workflow_process_id
            )
            if workflow:
                order.workflow_process_id = workflow

    # -------------------------------------------------------------------- running
    @api.model
    def _run_workflows(self):
        """Have the due orders of each step processed in jobs; called by cron."""
        for step, _label in WORKFLOW_STEPS:
            if self.search_count(self._get_step_domain(step), limit=1):
                self._enqueue_workflow_step(step)

    @api.model
    def _enqueue_workflow_step(self, step):
        self.with_delay(
            description=self.env._("Workflow: %s", dict(WORKFLOW_STEPS)[step]),
            identity_key=f"order_workflow_{step}",
        )._job_workflow_step(step)

    @api.model
    def _job_workflow_step(self, step):
        """Take one set of due orders through ``step``; what is due then goes on in more jobs."""
        found, _done = self._take_step(step)
        if found:
            self._run_workflows()

    @api.model
    def _take_step(self, step, domain=Domain.TRUE):
        """Take up to a set of due orders through ``step``.

        :return: the orders that were due, and those for which the step went through
        """
        due = self.search(self._get_step_domain(step) & domain, limit=STEP_BATCH, order="id")
        # What another job works on is left to it; imports may still refer to these orders.
        due = due.try_lock_for_update(allow_referencing=True)
        done = self.browse()
        # sudo: a workflow does what it is set up to do, whoever sets it off
        for company, orders in due.sudo().grouped("company_id").items():
            context = {"lang": company.partner_id.lang or self.env.lang}
            done |= orders.with_company(company).with_context(**context)._process_in_sets(step)
        # An order that is due again after its step would be taken again and again.
        stuck = done.search(self._get_step_domain(step) & Domain("id", "in", done.ids))
        for order in stuck:
            order._note_failure(step, UserError(self.env._("The step has changed nothing.")))
        return due, self.browse((done - stuck).ids)

    @api.model
    def _get_step_domain(self, step):
        """Orders that are due for ``step`` and not waiting after a failure."""
        domain = getattr(self, f"_get_{step}_domain")()
        if self.env.context.get("workflow_retry_now"):
            return domain
        waiting = Domain("step", "=", step) & Domain("retry_at", ">", fields.Datetime.now())
        return domain & Domain("workflow_failure_ids", "not any", waiting)

    def _process_in_sets(self, step):
        """Take the orders through ``step`` at once; what fails is narrowed down to the
        single orders, which then show the reason.

        :return: the orders for which the step went through
        """
        if not self:
            return self
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_step_{step}")()
        except (psycopg2.OperationalError, psycopg2.InterfaceError, RetryableJobError):
            raise  # a lock, a conflict, a lost connection: the job is tried again as a whole
        except Exception as error:  # noqa: BLE001 - whatever one order has, the others go on
            if len(self) == 1:
                self._note_failure(step, error)
                return self.browse()
            middle = len(self) // 2
            return self[:middle]._process_in_sets(step) | self[middle:]._process_in_sets(step)
        self.workflow_failure_ids.filtered(lambda failure: failure.step == step).unlink()
        return self

    def _note_failure(self, step, error):
        """Show the reason on the order and wait longer each time."""
        expected = isinstance(error, UserError)
        if not expected:
            _logger.exception("Workflow step %s of %s failed", step, self.name)
        failure = self.workflow_failure_ids.filtered(lambda failure: failure.step == step)
        attempts = failure.attempts + 1
        wait = min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_RETRY)
        values = {
            "error": str(error) if expected else self.env._("Unexpected error: %s", error),
            "attempts": attempts,
            "retry_at": fields.Datetime.now() + wait,
        }
        if failure:
            failure.write(values)
        else:
            failure.create({"order_id": self.id, "step": step, **values})

    def action_retry_workflow(self):
        """Try the failed steps again now."""
        self.check_access("write")
        # sudo: failures are noted by the workflow itself
        failures = self.sudo().workflow_failure_ids
        failures.retry_at = False
        for step in dict.fromkeys(failures.mapped("step")):
            self.sudo()._enqueue_workflow_step(step)
        return True

    # ----------------------------------------------------------------- in one go
    @api.model
    def action_process_orders(self):
        """Take all due orders through all steps now, while the user waits."""
        orders = self.with_context(workflow_retry_now=True)
        done, failed = {}, self.browse()
        for step, _label in WORKFLOW_STEPS:
            due = done[step] = self.browse()
            found = True
            while found:
                found, passed = orders._take_step(step, Domain("id", "not in", due.ids))
                due |= found
                done[step] |= passed
            failed |= due - done[step]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "title": self.env._("Orders processed"),
                "message": self.env._(
                    "%(confirmed)s confirmed, %(invoiced)s invoiced, %(credited)s credited, "
                    "%(failed)s failed",
                    confirmed=len(done["confirm"]),
                    invoiced=len(done["invoice"]),
                    credited=len(done["credit"]),
                    failed=len(failed),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class SaleOrderWorkflowFailure(models.Model):
    """A step that an order could not take; gone as soon as it could."""

    _name = "sale.order.workflow.failure"
    _description = "Failed Step of an Order"
    _order = "id"
    _rec_name = "error"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    step = fields.Selection(WORKFLOW_STEPS, required=True)
    error = fields.Char("Reason", required=True)
    attempts = fields.Integer()
    retry_at = fields.Datetime("Tried Again At")

    _one_a_step = models.Constraint(
        "UNIQUE(order_id, step)", "A step of an order fails once until it is tried again."
    )
