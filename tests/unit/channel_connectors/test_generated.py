# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Generated orders are read to the cent; spoiled ones are read or refused, never more."""

import os
import random
from collections import defaultdict
from decimal import Decimal

from channels.base.errors import PayloadError
from channels.base.order import LineKind
from channels.shopify.mapping import parse_order
from tests.generated import STRATA, generate, spoil

COUNT = 20_000 if os.environ.get("SOAK") else 1_000


def test_generated_orders_are_read_to_the_cent():
    seen = set()
    for item in generate(COUNT, seed=5):
        assert parse_order(item.first).total >= 0
        order, expected = parse_order(item.payload), item.expected
        taxes = defaultdict(Decimal)
        for line in order.lines:
            for tax in line.taxes:
                taxes[float(tax.rate)] += tax.amount
        wanted = {float(rate): Decimal(tax) / 100 for rate, tax in expected.taxes.items() if tax}
        assert order.currency == expected.currency
        assert order.total == Decimal(expected.total) / 100, item.stratum
        assert {rate: tax for rate, tax in taxes.items() if tax} == wanted, item.stratum
        seen.add(item.stratum)
    assert seen == set(STRATA)


def test_kinds_of_lines():
    kinds = {
        item.stratum: {line.kind for line in parse_order(item.payload).lines}
        for item in generate(len(STRATA), seed=8)
    }
    assert LineKind.TIP in kinds["tip"]
    assert LineKind.GIFT_CARD in kinds["gift_sold"]
    assert LineKind.CUSTOM in kinds["custom"]
    assert LineKind.FEE in kinds["deposit"] & kinds["duties"]
    assert LineKind.ROUNDING in kinds["rounded"]


def test_freight_of_two_rates_is_two_lines():
    """Each rate has a base of its own, and the refund follows."""
    items = [item for item in generate(20 * len(STRATA), seed=9) if "split" in item.stratum]
    for item in items:
        order = parse_order(item.payload)
        freight = [line for line in order.lines if line.kind == LineKind.SHIPPING]
        assert [float(line.taxes[0].rate) for line in freight] == [0.07, 0.19]
        for line in freight:
            rate = line.taxes[0].rate
            assert abs(line.amount * rate / (1 + rate) - line.tax_total) < Decimal("0.04")
        given_back = {line.line_external_id for refund in order.refunds for line in refund.lines}
        assert not order.refunds or {line.external_id for line in freight} <= given_back
    assert any(parse_order(item.payload).refunds for item in items)


def test_spoiled_payloads_are_read_or_refused():
    chance = random.Random(3)
    refused = 0
    for item in generate(COUNT, seed=6):
        try:
            order = parse_order(spoil(item.payload, chance))
        except PayloadError:
            refused += 1
            continue
        assert order.computed_total == order.total
        assert order.computed_tax == order.tax_total
    assert 0 < refused < COUNT
