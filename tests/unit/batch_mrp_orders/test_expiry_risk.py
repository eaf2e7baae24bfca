# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Stock at risk against a simulation day by day."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from planning.expiry_risk import Order, Period, Stock, expected_periods, left_over
from planning.forecast import forecast, per_day

TODAY = date(2026, 11, 22)
QUANTITIES = st.fractions(min_value=0, max_value=60, max_denominator=8)


def days(low, high):
    return st.integers(low, high).map(lambda number: TODAY + timedelta(days=number))


@st.composite
def stocks(draw):
    lots = draw(st.lists(st.tuples(days(-5, 70), QUANTITIES), max_size=6))
    return [Stock(number, day, quantity) for number, (day, quantity) in enumerate(lots)]


@st.composite
def periods_of_time(draw):
    bounds = sorted(draw(st.lists(days(0, 80), min_size=0, max_size=5, unique=True)))
    return [
        Period(first, end, draw(QUANTITIES) / 10)
        for first, end in zip(bounds, bounds[1:], strict=False)
    ]


orders_of_customers = st.lists(
    st.builds(Order, days(-9, 80), QUANTITIES, st.integers(0, 20)), max_size=6
)


def simulate(today, stock, orders, periods, min_days):
    """Day after day, demand after demand, drop after drop."""
    shelf = {lot.lot: [lot.last_day, lot.quantity] for lot in stock}
    day = today
    while any(last_day > day for last_day, _quantity in shelf.values()):
        asked = [
            (order.quantity, order.min_days)
            for order in orders
            if order.day == day or (day == today and order.day < today)
        ]
        asked.sort(key=lambda wish: (wish[1], wish[0]))
        asked += [(p.per_day, min_days) for p in periods if p.first <= day < p.end]
        for quantity, keep in asked:
            while quantity > 0:
                fit = [
                    (last_day, number)
                    for number, (last_day, rest) in shelf.items()
                    if rest > 0 and (last_day - day).days > keep
                ]
                if not fit:
                    break
                _last_day, number = min(fit)
                part = min(quantity, shelf[number][1])
                shelf[number][1] -= part
                quantity -= part
        day += timedelta(days=1)
    return {number: rest for number, (_last_day, rest) in shelf.items() if rest > 0}


@given(stocks(), orders_of_customers, periods_of_time(), st.integers(0, 20))
def test_steps_come_to_the_same_as_days(stock, orders, periods, min_days):
    assert left_over(TODAY, stock, orders, periods, min_days) == simulate(
        TODAY, stock, orders, periods, min_days
    )


@given(stocks(), orders_of_customers, periods_of_time(), orders_of_customers)
def test_more_demand_never_leaves_more(stock, orders, periods, more):
    few = left_over(TODAY, stock, orders, periods)
    many = left_over(TODAY, stock, orders + more, periods)
    assert sum(many.values()) <= sum(few.values())


@given(stocks(), orders_of_customers, periods_of_time())
def test_nothing_is_left_that_was_not_there(stock, orders, periods):
    on_hand = {lot.lot: lot.quantity for lot in stock}
    left = left_over(TODAY, stock, orders, periods)
    assert all(0 < quantity <= on_hand[lot] for lot, quantity in left.items())
    for lot in stock:
        if lot.last_day <= TODAY and lot.quantity:
            assert left[lot.lot] == lot.quantity, "what has expired is not sold"


months = st.integers(1, 30).map(
    lambda back: ((2026 * 12 + 10 - back) // 12, (2026 * 12 + 10 - back) % 12 + 1)
)


@given(st.dictionaries(months, QUANTITIES, max_size=30), orders_of_customers, days(1, 300))
def test_each_month_sells_its_forecast_or_its_orders(sales, orders, until):
    periods = expected_periods(sales, orders, TODAY, until)
    month = (2026, 11)
    while date(*month, 1) < until:
        first = max(date(*month, 1), TODAY)
        length = monthrange(*month)[1]
        rest = length - first.day + 1
        expected = (forecast(sales, month, (2026, 11)) or Fraction(0)) * rest / length
        ordered = sum(
            order.quantity
            for order in orders
            if (max(order.day, TODAY).year, max(order.day, TODAY).month) == month
        )
        beside = sum(
            period.per_day * (period.end - period.first).days
            for period in periods
            if period.first == first
        )
        assert beside == max(expected - ordered, 0)
        month = (month[0] + month[1] // 12, month[1] % 12 + 1)


def test_example():
    """30 a month are sold: of 40 that keep 20 days, 20 are left, the fresh ones sell."""
    sales = {(2026, month): Fraction(30) for month in (8, 9, 10)}
    periods = expected_periods(sales, [], TODAY, date(2027, 3, 1))
    assert [period.first for period in periods] == [
        TODAY,
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]
    assert periods[0].per_day == per_day(Fraction(30), (2026, 11)) == 1
    stock = [
        Stock(1, TODAY + timedelta(days=9), Fraction(40)),
        Stock(2, date(2027, 2, 1), Fraction(20)),
    ]
    assert left_over(TODAY, stock, [], periods) == {1: 31}
    order = Order(TODAY + timedelta(days=3), Fraction(100), 30)
    assert left_over(TODAY, stock, [order], periods) == {1: 31}, "it cannot use what is short"
    assert left_over(TODAY, stock, [Order(TODAY, Fraction(40))], periods) == {}
