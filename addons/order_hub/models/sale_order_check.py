# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command, Domain

CHECK_BATCH = 200


class SaleOrder(models.Model):
    """The order check: rules as data, evaluated in sets.

    A quotation that fails is not confirmed by hand or in a batch. What a customer has paid
    or signed is an order and is always confirmed; if it fails it is blocked before planning.
    """

    _inherit = "sale.order"
    # Sorting by the exception makes every page of the list read the whole table.
    _order = "date_order desc, id desc"

    check_note = fields.Text(
        "Findings of the Check", copy=False, readonly=True, help="One line for each finding."
    )
    blocked_by_check = fields.Boolean(
        copy=False, readonly=True, index="btree_not_null", help="The check has blocked the order."
    )
    order_check_due = fields.Boolean(
        copy=False, index="btree_not_null", help="The order has changed since the last check."
    )

    # --------------------------------------------------------------------- check
    def action_check_order(self):
        """Evaluate all rules anew; fixed orders are released, failing ones blocked."""
        self.check_access("write")
        self._run_order_check()
        return True

    def _run_order_check(self):
        """Evaluate the rules for all orders in sets and write what has changed.

        :return: the orders that a rule blocks
        """
        # sudo: prices, credit and stock data are checked whoever asks for the check
        orders = self.sudo()
        findings = orders._find_exceptions()
        rules = orders._get_check_rules()
        blocked = orders.browse()
        groups = defaultdict(orders.browse)
        for order in orders:
            found = findings[order.id]
            reasons = [(rules[rule_id], detail) for rule_id, detail in found.items()]
            blocking = [reason for reason in reasons if reason[0].blocks_order]
            if blocking:
                blocked |= order
            note = "\n".join(self._get_reason_text(*reason) for reason in reasons)
            block = "; ".join(self._get_reason_text(*reason) for reason in blocking)
            groups[tuple(sorted(found)), note, block] |= order
        for (rule_ids, note, block), group in groups.items():
            group._write_check(rule_ids, note, block)
        return self.browse(blocked.ids)

    @api.model
    def _get_reason_text(self, rule, detail):
        return f"{rule.name}: {detail}" if detail else rule.name

    def _write_check(self, rule_ids, note, block):
        """Write the same result to all these orders, where it is new."""
        changed = self.filtered(lambda order: set(order.exception_ids.ids) != set(rule_ids))
        if changed:
            changed.exception_ids = [Command.set(rule_ids)]
        stale = self.filtered(lambda order: (order.check_note or "") != note)
        if stale:
            stale.check_note = note or False
        due = self.filtered("order_check_due")
        if due:
            due.order_check_due = False
        # A reason that a person has entered stays until a person lifts it.
        own = self.filtered(lambda order: order.blocked_by_check or not order.planning_block_reason)
        new = own.filtered(
            lambda order: (
                (order.planning_block_reason or "", order.blocked_by_check) != (block, bool(block))
            )
        )
        if new:
            new.write({"planning_block_reason": block or False, "blocked_by_check": bool(block)})

    @api.model
    def _get_check_rules(self):
        """All active rules for orders and their lines by id, as the cache keeps them."""
        Rule = self.env["exception.rule"]
        return {
            rule.id: rule
            for model in (self, self.env["sale.order.line"])
            for rule in Rule._get_rules_info_for_domain(model._rule_domain())
        }

    def _find_exceptions(self):
        """What the rules find, as ``{order id: {rule id: detail}}``; ignored orders pass."""
        findings = defaultdict(dict)
        orders = self.filtered_domain(self._get_base_domain())
        for rule in orders._get_check_rules().values():
            if rule.model == "sale.order.line":
                failing = dict.fromkeys(orders.order_line._detect_exceptions(rule).ids, "")
            elif rule.exception_type == "by_method":
                failing = getattr(orders, rule.method)()
            else:
                failing = dict.fromkeys(orders._detect_exceptions(rule).ids, "")
            for order_id, detail in failing.items():
                findings[order_id][rule.id] = detail
        return findings

    def detect_exceptions(self):
        """Rules that keep these orders from being confirmed; used by the exception addon."""
        if self.env.context.get("order_checked"):
            return []
        blocked = self._run_order_check()
        rules = self._get_check_rules()
        return [
            rule_id for rule_id in blocked.sudo().exception_ids.ids if rules[rule_id].blocks_order
        ]

    # -------------------------------------------------------------- confirmation
    def action_confirm(self):
        """Confirm what passes the check; leave the rest as it is, with the reason.

        One order that is confirmed by hand and fails opens the dialog of its findings.
        """
        if self.env.context.get("order_checked"):
            return super().action_confirm()
        blocked = self._run_order_check()
        held = blocked.filtered(lambda order: not order._is_confirmed_anyway())
        if held and len(self) == 1:
            return self._popup_exceptions()
        result = True
        if passed := self - held:
            result = super(SaleOrder, passed.with_context(order_checked=True)).action_confirm()
        return self._get_held_notification(held, len(passed)) if held else result

    def _is_confirmed_anyway(self):
        """Whether the customer has done all that makes the order binding."""
        self.ensure_one()
        return bool(
            self.env.context.get("confirm_anyway")
            or self.channel_payment_state in ("paid", "partially_refunded")
            or (self.amount_paid > 0 and self._is_confirmation_amount_reached())
        )

    def _validate_order(self):
        """Signed or paid in the portal."""
        return super(SaleOrder, self.with_context(confirm_anyway=True))._validate_order()

    def _get_held_notification(self, held, passed):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("%s orders need attention", len(held)),
                "message": self.env._(
                    "%(passed)s orders are confirmed. Not confirmed: %(names)s",
                    passed=passed,
                    names=", ".join(held.mapped("name")),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_release_planning(self):
        """Let a blocked order through although the check found something."""
        if checked := self.filtered("blocked_by_check"):
            checked.action_ignore_exceptions()
        return super().action_release_planning()

    # ----------------------------------------------------------- automatic check
    def sale_check_exception(self):
        """An edited confirmed order is checked again; it is blocked, never refused."""
        if not self.env.context.get("order_checked"):
            self._request_order_check()

    def _fields_trigger_check_exception(self):
        return [*super()._fields_trigger_check_exception(), "partner_id", "partner_shipping_id"]

    def write(self, vals):
        changed = self.browse()
        if "channel_amount_total" in vals:
            total = vals["channel_amount_total"]
            changed = self.filtered(
                lambda order: order.currency_id.compare_amounts(order.channel_amount_total, total)
            )
        result = super().write(vals)
        # Edited in the shop after it was confirmed here: planning has to wait for a decision.
        changed._request_order_check()
        return result

    def _write_material_check(self, results):
        before = {order: order.material_state for order in self}
        res = super()._write_material_check(results)
        self.filtered(lambda order: order.material_state != before[order])._request_order_check()
        return res

    def _request_order_check(self):
        """Have the orders checked soon; many changes in a row cost one check."""
        orders = self.filtered(lambda order: order.state == "sale" and not order.order_check_due)
        if orders:
            # sudo: whoever changes something sets off the check
            orders.sudo().order_check_due = True
            self.env.ref("order_hub.ir_cron_check_orders").sudo()._trigger()

    @api.model
    def _cron_check_orders(self):
        """Check what has changed, and whether what was blocked has been fixed."""
        domain = Domain("order_check_due", "=", True) | (
            Domain("blocked_by_check", "=", True) & Domain("state", "!=", "cancel")
        )
        ids = self.search(domain).ids
        for start in range(0, len(ids), CHECK_BATCH):
            batch = self.browse(ids[start : start + CHECK_BATCH])
            for company, orders in batch.grouped("company_id").items():
                # What a job finds is read by the staff of the company.
                orders.with_context(lang=company.partner_id.lang)._run_order_check()
            self.env["ir.cron"]._commit_progress(
                len(batch), remaining=max(len(ids) - start - CHECK_BATCH, 0)
            )
