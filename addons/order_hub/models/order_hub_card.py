# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

AREAS = [
    ("orders", "Orders"),
    ("production", "Production and Stock"),
    ("shipping", "Shipping"),
    ("money", "Channels and Money"),
]
LEVELS = [
    ("calm", "Nothing to Do"),
    ("info", "Under Way"),
    ("warning", "To Do"),
    ("danger", "Burning"),
    ("success", "Done"),
]


@dataclass(frozen=True, slots=True)
class CardSource:
    """What a card counts and opens: the records of ``domain``, in the views of ``action``.

    ``urgent`` are those of them that burn; ``level`` is how the card looks if none does.
    ``amount`` is a field in the currency that ``currency`` names. ``group`` is whose business it
    is, where more people than these may read the records; several are separated by commas.
    """

    model: str
    action: str
    domain: Domain
    urgent: Domain = Domain.FALSE
    level: str = "warning"
    amount: str = ""
    currency: str = "currency_id"
    group: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a card; the amount in the currency of the current company."""

    count: int = 0
    urgent: int = 0
    amount: float = 0.0


class OrderHubCard(models.Model):
    """A card of the order hub. Its figures are counted when the page is opened, never stored,
    with the rights of whoever looks: a card shows what the list behind it shows.
    """

    _name = "order.hub.card"
    _description = "Card of the Order Hub"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    area = fields.Selection(AREAS, required=True, group_expand="_expand_areas")
    sequence = fields.Integer()
    urgent_label = fields.Char(translate=True, help="What the burning ones are called.")
    note = fields.Char(translate=True, help="What is counted, in a sentence.")
    count = fields.Integer(compute="_compute_figures")
    urgent_count = fields.Integer("Burning", compute="_compute_figures")
    amount = fields.Monetary(compute="_compute_figures")
    currency_id = fields.Many2one("res.currency", compute="_compute_figures")
    level = fields.Selection(LEVELS, compute="_compute_figures")
    has_work = fields.Boolean(
        "To Do", compute="_compute_figures", search="_search_has_work", help="Something waits."
    )
    order_search = fields.Char("Find Order", store=False, search="_search_order_search")

    _unique_code = models.Constraint("UNIQUE(code)", "There is one card of a kind.")

    # -------------------------------------------------------------------- what there is
    @api.model
    def _get_sources(self):
        """Hook: the source of each card by its code, of models that are installed."""
        return {}

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Whoever cannot open the list has no card; the found orders appear when asked for."""
        if not kwargs.get("bypass_access") and not self.env.su:
            sources = self._get_sources().items()
            codes = [code for code, source in sources if self._can_open(source)]
            domain = Domain(domain) & Domain("code", "in", codes)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _can_open(self, source):
        user = self.env.user
        return self.env[source.model].has_access("read") and (
            not source.group or user.has_groups(source.group)
        )

    @api.model
    def _expand_areas(self, areas, domain):
        """The areas that have cards, in the order in which an order passes them."""
        return [area for area, _label in AREAS if area in areas]

    # ------------------------------------------------------------------------- figures
    @api.depends_context("uid", "allowed_company_ids", "tz", "hub_search")
    def _compute_figures(self):
        sources = self._get_sources()
        figures = self._count_figures({card.code: sources.get(card.code) for card in self})
        for card in self:
            found = figures.get(card.code, Figures())
            source = sources.get(card.code)
            card.count = found.count
            card.urgent_count = found.urgent
            card.amount = found.amount
            card.currency_id = self.env.company.currency_id
            card.level = self._get_level(source, found)
            card.has_work = card.level not in ("calm", "success")

    @api.model
    def _get_level(self, source, found):
        if not found.count:
            return "calm"
        return "danger" if found.urgent else source.level

    @api.model
    def _search_has_work(self, operator, value):
        if operator != "in":
            return NotImplemented
        cards = self.search([("code", "!=", "found")])
        return Domain("id", "in", cards.filtered(lambda card: card.has_work in value).ids)

    @api.model
    def _count_figures(self, sources):
        """Count all cards in one statement.

        Not one ``_read_group`` for each card: the cards of a model share one pass over what is
        open. Rules and access rights are those of a search, whose query it is.
        """
        by_model = defaultdict(dict)
        for code, source in sources.items():
            if source and self._can_open(source):
                by_model[source.model][code] = source
        parts = [
            part
            for model, group in by_model.items()
            if (part := self._get_figures_query(self.env[model], group))
        ]
        figures = dict.fromkeys(sources, Figures())
        if not parts:
            return figures
        for codes, currency_id, counts, urgent, amounts in self.env.execute_query(
            SQL(" UNION ALL ").join(parts)
        ):
            currency = self.env["res.currency"].browse(currency_id)
            for code, *numbers in zip(codes, counts, urgent, amounts, strict=True):
                figures[code] = self._add_figures(figures[code], currency, *numbers)
        return figures

    @api.model
    def _add_figures(self, figures, currency, count, urgent, amount):
        company = self.env.company
        if amount and currency and currency != company.currency_id:
            today = fields.Date.context_today(self)
            amount = currency._convert(amount, company.currency_id, company, today)
        return Figures(
            figures.count + count,
            figures.urgent + urgent,
            company.currency_id.round(figures.amount + float(amount or 0)),
        )

    @api.model
    def _get_figures_query(self, model, sources):
        """Counts and amounts of the cards of one model, by currency; None if there are none."""
        query = model._search(Domain.OR(source.domain for source in sources.values()))
        if query.is_empty():
            return None

        def count(domain):
            domain = domain.optimize_full(model)
            return SQL("COUNT(*) FILTER (WHERE %s)", domain._to_sql(model, query.table, query))

        def total(source):
            if not source.amount:
                return SQL("NULL")
            domain = source.domain.optimize_full(model)
            return SQL(
                "SUM(%s) FILTER (WHERE %s)",
                model._field_to_sql(query.table, source.amount, query),
                domain._to_sql(model, query.table, query),
            )

        currency = SQL("NULL::integer")
        if names := {source.currency for source in sources.values() if source.amount}:
            currency = model._field_to_sql(query.table, names.pop(), query)
            query.groupby = currency
        comma = SQL(", ")
        columns = (
            SQL("%s::varchar[]", list(sources)),
            currency,
            SQL("ARRAY[%s]", comma.join(count(source.domain) for source in sources.values())),
            SQL(
                "ARRAY[%s]",
                comma.join(count(source.domain & source.urgent) for source in sources.values()),
            ),
            SQL("ARRAY[%s]::numeric[]", comma.join(total(source) for source in sources.values())),
        )
        return query.select(*columns)

    # --------------------------------------------------------------------------- opening
    def action_open(self):
        """The list of what the card counts."""
        self.ensure_one()
        source = self._get_sources().get(self.code)
        if not source or not self._can_open(source):
            raise UserError(self.env._("There is nothing to open behind this card."))
        action = self.env["ir.actions.act_window"]._for_xml_id(source.action)
        return {
            **{
                key: action[key] for key in ("type", "res_model", "views", "search_view_id", "help")
            },
            "name": self.name,
            "domain": list(source.domain),
            "context": {"create": False},
        }
