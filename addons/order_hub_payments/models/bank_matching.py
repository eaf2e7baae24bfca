# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..matching import Claim, find_references, normalise_name, normalise_reference


def to_decimal(amount, currency):
    """An amount of the database, exact to the currency's digits."""
    return Decimal(f"{amount:.{currency.decimal_places}f}")


class BankMatching(models.AbstractModel):
    """Loads what transfers may pay, in a number of queries that depends on nothing."""

    _name = "bank.matching"
    _description = "Matching of Bank Transfers"

    @api.model
    def _load_claims(self, company, payments):
        """All open invoices and orders that the payments name, or that the payers owe."""
        references = sorted(find_references(text for row in payments for text in row.texts))
        invoices = self._find_invoices(company, references)
        orders = self._find_orders(company, references)
        invoices |= orders.invoice_ids.filtered(self._is_open_invoice(company))
        by_payer = self._find_of_payers(company, payments)
        invoices |= by_payer[0]
        orders |= by_payer[1]
        orders = orders.filtered(
            lambda order: (
                not order.invoice_ids.filtered(self._is_open_invoice(company))
                and order.bank_open_amount > 0
            )
        )
        return [self._prepare_invoice_claim(move) for move in invoices] + [
            self._prepare_order_claim(order) for order in orders
        ]

    @api.model
    def _is_open_invoice(self, company):
        return lambda move: (
            move.state == "posted"
            and move.move_type == "out_invoice"
            and move.currency_id == company.currency_id
            and move.amount_residual > 0
        )

    def _find_invoices(self, company, references):
        # sudo, here and below: whoever imports statements need not be allowed to read orders
        Move = self.env["account.move"].sudo()
        Move.flush_model(["name", "payment_reference", "state", "amount_residual", "currency_id"])
        named = self._get_named_query(
            "account_move", ("name", "payment_reference"), references, "move_type = 'out_invoice'"
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM account_move
                 WHERE id IN (%(named)s)
                   AND company_id = %(company)s AND currency_id = %(currency)s
                   AND state = 'posted' AND amount_residual > 0
                """,
                named=named,
                company=company.id,
                currency=company.currency_id.id,
            )
        )
        return Move.browse(row[0] for row in rows)

    def _find_orders(self, company, references):
        Order = self.env["sale.order"].sudo()
        Order.flush_model(["name", "client_order_ref", "state", "currency_id"])
        named = self._get_named_query("sale_order", ("name", "client_order_ref"), references)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM sale_order
                 WHERE id IN (%(named)s)
                   AND company_id = %(company)s AND currency_id = %(currency)s
                   AND state IN ('draft', 'sent', 'sale')
                """,
                named=named,
                company=company.id,
                currency=company.currency_id.id,
            )
        )
        return Order.browse(row[0] for row in rows)

    @api.model
    def _get_named_query(self, table, columns, references, condition="TRUE"):
        """One search a column, for the database does not combine their indexes in an OR."""
        searches = [
            SQL(
                "SELECT id FROM %s WHERE %s = ANY(%s) AND %s",
                SQL.identifier(table),
                SQL(
                    "upper(regexp_replace(%s, '[^A-Za-z0-9]', '', 'g'))",
                    SQL.identifier(table, column),
                ),
                references,
                SQL(condition),
            )
            for column in columns
        ]
        return SQL(" UNION ALL ").join(searches)

    def _find_of_payers(self, company, payments):
        """Open invoices and waiting orders of the payers, of exactly an amount that came in."""
        partner_ids = self._find_payers(payments)
        amounts = sorted({float(payment.amount) for payment in payments})
        invoices = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("currency_id", "=", company.currency_id.id),
                    ("commercial_partner_id", "in", partner_ids),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("amount_residual", ">", 0),
                    ("amount_residual", "in", amounts),
                ]
            )
        )
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("currency_id", "=", company.currency_id.id),
                    ("partner_invoice_id.commercial_partner_id", "in", partner_ids),
                    ("payment_wait_since", "!=", False),
                ]
            )
        )
        return invoices, orders

    def _find_payers(self, payments):
        """Commercial partners that the bank account or the name of a payer stands for."""
        keys = {normalise_name(payment.payer_name) for payment in payments} - {""}
        partners = self.env["res.partner"].search([("payer_key", "in", sorted(keys))])
        known = [payment.partner for payment in payments if payment.partner]
        return [*partners.commercial_partner_id.ids, *known]

    def _prepare_invoice_claim(self, move):
        orders = move.line_ids.sale_line_ids.order_id
        return Claim(
            key=("invoice", move.id),
            amount=to_decimal(move.amount_residual, move.currency_id),
            partner=move.commercial_partner_id.id,
            references={
                "invoice": self._get_references(move.name, move.payment_reference),
                "order": self._get_references(*orders.mapped("name")),
                "channel": self._get_references(*orders.mapped("client_order_ref")),
            },
            name=normalise_name(move.partner_id.name or ""),
        )

    def _prepare_order_claim(self, order):
        return Claim(
            key=("order", order.id),
            amount=to_decimal(order.bank_open_amount, order.currency_id),
            partner=order.partner_invoice_id.commercial_partner_id.id,
            references={
                "order": self._get_references(order.name),
                "channel": self._get_references(order.client_order_ref),
            },
            name=normalise_name(order.partner_invoice_id.name or ""),
        )

    @api.model
    def _get_references(self, *numbers):
        normalised = (normalise_reference(number) for number in numbers if number)
        return frozenset(number for number in normalised if number)
