"""A ledger made by SQL: invoices of two lines with 19 % tax, and a payment of each.

Plain entries of core's tables, so that any exporter can read them; how many lines there are is
all that differs from one to the other.
"""

from typing import Any

# Journal items of an invoice (customer, two revenue lines, tax) and its payment (bank, customer).
LINES_OF_PAIR = 6
PARTNERS = 500


def make(env: Any, lines: int, year: int) -> int:
    """Post about so many journal items in a year of their own; how many they are."""
    pairs = lines // LINES_OF_PAIR
    company = env.company
    chart = env["account.chart.template"]
    suffix = company.chart_template.removeprefix("de_")
    tax = chart.ref(f"tax_ust_19_{suffix}")
    repartition = tax.invoice_repartition_line_ids.filtered("account_id")[:1]
    revenue = _account(env, "8400" if suffix == "skr03" else "4400")
    partners = env["res.partner"].create(
        [{"name": f"Kunde {number:04d}", "is_company": True} for number in range(PARTNERS)]
    )
    journals = {
        kind: env["account.journal"].search(
            [("type", "=", kind), ("company_id", "=", company.id)], limit=1
        )
        for kind in ("sale", "bank")
    }
    env.flush_all()
    values = {
        "pairs": pairs,
        "year": year,
        "company": company.id,
        "currency": company.currency_id.id,
        "partners": partners.ids,
        "sale": journals["sale"].id,
        "bank": journals["bank"].id,
        "money": journals["bank"].default_account_id.id,
        "receivable": partners[0].property_account_receivable_id.id,
        "revenue": revenue.id,
        "tax_account": repartition.account_id.id,
        "tax": tax.id,
        "repartition": repartition.id,
    }
    for statement in (MOVES, ITEMS, BASE_TAXES, MATCHES):
        env.cr.execute(statement, values)
        # Without figures about what is new, the next join is planned as if it were nothing.
        env.cr.execute("ANALYZE")
    env.invalidate_all()
    return pairs * LINES_OF_PAIR


def _account(env: Any, code: str) -> Any:
    return env["account.account"].search(
        [("code", "=", code), ("company_ids", "in", env.company.ids)], limit=1
    )


# What is still needed of a pair: its number, day, contact and net amounts in cents.
MOVES = """
    CREATE TEMPORARY TABLE pair ON COMMIT DROP AS
    SELECT n, MAKE_DATE(%(year)s, 1, 1) + (n %% 360)::integer AS day,
           (%(partners)s::integer[])[1 + n %% CARDINALITY(%(partners)s::integer[])] AS partner,
           1000 + (n * 37) %% 90000 AS first, 500 + (n * 53) %% 40000 AS second,
           nextval('account_move_id_seq')::integer AS invoice,
           nextval('account_move_id_seq')::integer AS payment
    FROM GENERATE_SERIES(1, %(pairs)s) AS n;
    ALTER TABLE pair ADD gross bigint;
    UPDATE pair SET gross = first + second + ROUND((first + second) * 0.19);
    INSERT INTO account_move (
        id, name, ref, date, invoice_date, invoice_date_due, state, move_type, journal_id,
        company_id, currency_id, partner_id, commercial_partner_id, auto_post, posted_before,
        sequence_prefix, sequence_number, amount_total, payment_state
    )
    SELECT invoice, 'BR/' || %(year)s || '/' || LPAD(n::text, 7, '0'), NULL, day, day, day + 14,
           'posted', 'out_invoice', %(sale)s, %(company)s, %(currency)s, partner, partner, 'no',
           TRUE, 'BR/' || %(year)s || '/', n, gross / 100.0, 'paid'
    FROM pair
    UNION ALL
    SELECT payment, 'BB/' || %(year)s || '/' || LPAD(n::text, 7, '0'), NULL, day, NULL, NULL,
           'posted', 'entry', %(bank)s, %(company)s, %(currency)s, partner, partner, 'no', TRUE,
           'BB/' || %(year)s || '/', n, gross / 100.0, 'not_paid'
    FROM pair
"""
ITEMS = """
    INSERT INTO account_move_line (
        move_id, move_name, parent_state, date, journal_id, company_id, company_currency_id,
        currency_id, partner_id, account_id, name, display_type, balance, debit, credit,
        amount_currency, date_maturity, tax_line_id, tax_repartition_line_id, sequence
    )
    SELECT x.move, x.name, 'posted', day, x.journal, %(company)s, %(currency)s, %(currency)s,
           partner, x.account, x.label, x.display, x.cents / 100.0,
           GREATEST(x.cents, 0) / 100.0, GREATEST(-x.cents, 0) / 100.0, x.cents / 100.0, x.due,
           x.tax, x.repartition, 10
    FROM pair
    CROSS JOIN LATERAL (VALUES
        (invoice, 'BR', %(sale)s, %(receivable)s, '', 'payment_term', gross, day + 14,
         NULL::integer, NULL::integer),
        (invoice, 'BR', %(sale)s, %(revenue)s, 'Ware', 'product', -first, NULL, NULL, NULL),
        (invoice, 'BR', %(sale)s, %(revenue)s, 'Ware', 'product', -second, NULL, NULL, NULL),
        (invoice, 'BR', %(sale)s, %(tax_account)s, 'USt', 'tax', first + second - gross, NULL,
         %(tax)s, %(repartition)s),
        (payment, 'BB', %(bank)s, %(money)s, 'Zahlung', 'product', gross, NULL, NULL, NULL),
        (payment, 'BB', %(bank)s, %(receivable)s, 'Zahlung', 'product', -gross, day, NULL, NULL)
    ) AS x (move, name, journal, account, label, display, cents, due, tax, repartition)
"""
BASE_TAXES = """
    INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id)
    SELECT l.id, %(tax)s
    FROM pair JOIN account_move_line l ON l.move_id = invoice AND l.account_id = %(revenue)s
"""
MATCHES = """
    INSERT INTO account_partial_reconcile (
        debit_move_id, credit_move_id, amount, debit_amount_currency, credit_amount_currency,
        company_id, debit_currency_id, credit_currency_id, max_date
    )
    SELECT d.id, c.id, gross / 100.0, gross / 100.0, gross / 100.0, %(company)s, %(currency)s,
           %(currency)s, day
    FROM pair
    JOIN account_move_line d ON d.move_id = invoice AND d.account_id = %(receivable)s
    JOIN account_move_line c ON c.move_id = payment AND c.account_id = %(receivable)s
"""
