# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools.misc import babel_locale_parse, get_lang

from .mrp_promise_capacity import DAY, to_datetime

NAMED_MODELS = {
    "product": "product.product",
    "run": "mrp.production",
    "move": "stock.move",
    "supplier": "res.partner",
    "centre": "mrp.workcenter",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    promise_date = fields.Date(
        compute="_compute_promise",
        store=True,
        help="Day on which the customer can have the goods, from stock, receipts, production "
        "runs, suppliers and free time on the work centers.",
    )
    promise_facts = fields.Json(
        compute="_compute_promise",
        store=True,
        groups="base.group_user",
        help="What the promised date comes from; empty if nothing was promised yet.",
    )
    promise_explanation = fields.Char(
        "Explanation",
        compute="_compute_promise_explanation",
        compute_sudo=True,
        groups="base.group_user",
        help="What the promised date comes from.",
    )
    capacity_hold_ids = fields.One2many("mrp.capacity.hold", "sale_line_id", copy=False)

    @api.depends("product_id", "product_uom_qty", "product_uom_id")
    def _compute_promise(self):
        """A changed line is not what was promised; the date is set by the promise itself."""
        self.promise_date = False
        self.promise_facts = False

    def _get_promised_lines(self):
        """Lines with goods that the customer still waits for."""
        return self.filtered(
            lambda line: (
                not line.display_type
                and line.product_id.type == "consu"
                and not line._is_delivery()
                and line.product_uom_id.compare(line.product_uom_qty, line.qty_delivered) > 0
            )
        )

    # -------------------------------------------------------------------- facts
    def _get_promise_facts(self, promise, shipping_days, local_date):
        """The facts behind ``promise`` (:class:`.mrp_promise.LinePromise`) as stored."""
        self.ensure_one()
        outcome = promise.outcome
        facts = [*self._get_stock_facts(promise), *self._get_run_facts(promise, local_date)]
        facts += self._get_arrival_facts(promise, local_date)
        facts += self._get_missing_facts(promise, local_date)
        facts += self._get_production_facts(outcome, local_date)
        facts += [{"kind": "no_slot", "product": product} for product in outcome.blocked]
        if promise.day:
            facts.append({"kind": "shipping", "days": shipping_days})
        elif promise.ready is not None:
            facts.append({"kind": "beyond"})
        return facts

    def _get_missing_facts(self, promise, local_date):
        """What has to be bought, each product once with its last arrival."""
        last = {}
        for missing in promise.outcome.missing:
            if missing.at is None or to_datetime(missing.at) > fields.Datetime.now():
                last[missing.product] = missing.at
        return [
            {
                "kind": "missing",
                "product": product,
                "supplier": promise.suppliers.get(product),
                "date": at and local_date(at).isoformat(),
            }
            for product, at in last.items()
        ]

    def _get_stock_facts(self, promise):
        quantities = {}
        if promise.reserved > 0:
            quantities[self.product_id.id] = promise.reserved
        kit_level = self._get_own_level(promise)
        for taken in promise.outcome.taken:
            if taken.level == kit_level and taken.source[0] == "stock":
                quantities[taken.product] = quantities.get(taken.product, 0) + taken.quantity
        return [
            {"kind": "stock", "product": product, "quantity": float(quantity)}
            for product, quantity in quantities.items()
        ]

    def _get_own_level(self, promise):
        """Recipe level of the goods that are shipped: 1, or that of the parts of a kit."""
        outcome = promise.outcome
        if not promise.is_kit:
            return 1
        levels = [entry.level for entry in (*outcome.taken, *outcome.missing, *outcome.made)]
        return min(levels, default=1)

    def _get_run_facts(self, promise, local_date):
        facts = [
            {
                "kind": "run",
                "run": run_id,
                "product": self.product_id.id,
                "quantity": float(quantity),
                "date": at and local_date(at).isoformat(),
            }
            for run_id, quantity, at in promise.allocated
        ]
        own_level = self._get_own_level(promise)
        facts += [
            {
                "kind": "run",
                "run": taken.source[1],
                "product": taken.product,
                "quantity": float(taken.quantity),
                "date": local_date(taken.at).isoformat(),
            }
            for taken in promise.outcome.taken
            if taken.source[0] == "run" and taken.level == own_level
        ]
        return facts

    def _get_arrival_facts(self, promise, local_date):
        """Receipts, and runs that make an ingredient, that are waited for."""
        own_level = self._get_own_level(promise)
        return [
            {
                "kind": "receipt" if taken.source[0] == "move" else "ingredient",
                taken.source[0]: taken.source[1],
                "product": taken.product,
                "quantity": float(taken.quantity),
                "date": local_date(taken.at).isoformat(),
            }
            for taken in promise.outcome.taken
            if taken.source[0] == "move" or (taken.source[0] == "run" and taken.level > own_level)
        ]

    def _get_production_facts(self, outcome, local_date):
        """Days on each work centre in the order of work, or the days a run rests."""
        tasks = {}
        for made in outcome.made:
            batches = [batch for batch, _quantity in made.shared]
            for task in [task for batch in batches for task in batch.tasks]:
                tasks.setdefault(task.centre, []).append(task)
        for task in outcome.tasks:
            tasks.setdefault(task.centre, []).append(task)
        facts = [
            {
                "kind": "production",
                "centre": centre,
                "date": local_date(min(task.start for task in group)).isoformat(),
                "days": self._count_days(group, local_date),
            }
            for centre, group in sorted(
                tasks.items(), key=lambda item: min(task.start for task in item[1])
            )
        ]
        return facts or [
            {
                "kind": "lead",
                "product": made.run.recipe.product,
                "days": -(-(made.end - made.start) // DAY),
            }
            for made in outcome.made
            if made.end > made.start
        ]

    def _count_days(self, tasks, local_date):
        """Calendar days on which a task is under way; waiting between tasks is no work."""
        days = set()
        for task in tasks:
            first = local_date(task.start)
            last = local_date(max(task.end - 1, task.start))
            days.update(fields.Date.add(first, days=n) for n in range((last - first).days + 1))
        return len(days)

    # --------------------------------------------------------------------- text
    @api.depends("promise_facts")
    @api.depends_context("lang")
    def _compute_promise_explanation(self):
        names = self._get_promise_names()
        for line in self:
            texts = [line._get_fact_text(fact, names) for fact in line.promise_facts or ()]
            line.promise_explanation = "; ".join(texts)

    def _get_promise_names(self):
        """Records that facts name, by kind and id; those deleted meanwhile are left out."""
        facts = [fact for line in self for fact in line.promise_facts or ()]
        names = {}
        for key, model in NAMED_MODELS.items():
            ids = {fact[key] for fact in facts if fact.get(key)}
            # Sentences read better with the names alone.
            records = self.env[model].with_context(display_default_code=False)
            for record in records.browse(sorted(ids)).exists():
                names[key, record.id] = record
        return names

    def _get_fact_text(self, fact, names):
        """One fact in the user's language."""
        self.ensure_one()
        named = {key: names.get((key, fact.get(key))) for key in NAMED_MODELS}
        values = {
            "quantity": self._get_quantity_text(fact, named["product"]),
            "product": named["product"].display_name if named["product"] else "?",
            "run": named["run"].display_name if named["run"] else "?",
            "receipt": named["move"].reference or "?" if named["move"] else "?",
            "supplier": named["supplier"].display_name if named["supplier"] else "?",
            "centre": named["centre"].display_name if named["centre"] else "?",
            "days": fact.get("days", 0),
            "date": self._get_date_text(fact.get("date")),
        }
        return getattr(self, f"_get_{fact['kind']}_text")(values, fact)

    def _get_quantity_text(self, fact, product):
        """``12 kg``; parts of a kit are named: ``12 kg honey``."""
        if not fact.get("quantity") or not product:
            return ""
        text = product.uom_id._get_quantity_text(fact["quantity"])
        return text if product == self.product_id else f"{text} {product.display_name}"

    def _get_date_text(self, day):
        """``3 Dec`` as the user's language writes it, with the year if it is another one."""
        if not day:
            return ""
        day = fields.Date.to_date(day)
        skeleton = "MMMd" if day.year == fields.Date.today().year else "yMMMd"
        return format_skeleton(skeleton, day, locale=babel_locale_parse(get_lang(self.env).code))

    def _get_stock_text(self, values, _fact):
        return self.env._("%(quantity)s from stock", quantity=values["quantity"])

    def _get_run_text(self, values, fact):
        if not fact["date"]:
            return self.env._(
                "%(quantity)s from run %(run)s, which waits for material",
                quantity=values["quantity"],
                run=values["run"],
            )
        return self.env._("%(quantity)s from run %(run)s on %(date)s", **self._pick(values))

    def _pick(self, values):
        return {key: values[key] for key in ("quantity", "run", "date")}

    def _get_receipt_text(self, values, _fact):
        return self.env._(
            "%(quantity)s expected on %(date)s (%(receipt)s)",
            quantity=values["quantity"],
            date=values["date"],
            receipt=values["receipt"],
        )

    def _get_ingredient_text(self, values, _fact):
        return self.env._("%(quantity)s from run %(run)s on %(date)s", **self._pick(values))

    def _get_missing_text(self, values, fact):
        if not fact["date"]:
            return self.env._(
                "%(product)s missing: it has neither a supplier nor a recipe",
                product=values["product"],
            )
        if not fact["supplier"]:
            return self.env._(
                "%(product)s missing, earliest %(date)s",
                product=values["product"],
                date=values["date"],
            )
        return self.env._(
            "%(product)s missing, earliest %(date)s from %(supplier)s",
            product=values["product"],
            date=values["date"],
            supplier=values["supplier"],
        )

    def _get_production_text(self, values, _fact):
        if values["days"] == 1:
            return self.env._(
                "production on %(date)s, %(centre)s", date=values["date"], centre=values["centre"]
            )
        return self.env._(
            "%(days)s days production on %(centre)s from %(date)s",
            days=values["days"],
            centre=values["centre"],
            date=values["date"],
        )

    def _get_lead_text(self, values, _fact):
        if values["days"] == 1:
            return self.env._("1 day production of %(product)s", product=values["product"])
        return self.env._(
            "%(days)s days production of %(product)s",
            days=values["days"],
            product=values["product"],
        )

    def _get_no_slot_text(self, values, _fact):
        return self.env._(
            "no free time to make %(product)s within a year", product=values["product"]
        )

    def _get_shipping_text(self, values, _fact):
        if not values["days"]:
            return self.env._("shipping on the same day")
        if values["days"] == 1:
            return self.env._("1 day shipping")
        return self.env._("%(days)s days shipping", days=values["days"])

    def _get_beyond_text(self, _values, _fact):
        return self.env._("later than in a year")
