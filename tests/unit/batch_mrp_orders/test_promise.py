# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Promise dates: hand-made cases and, on random ones, an oracle that walks minute by minute."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.capacity import Capacity, WorkCentre
from planning.netting import Demand, RunKey, Supply, net
from planning.promise import Promiser
from planning.recipe import Component, Recipe
from planning.routing import OpenRun, Routing, Station
from planning.shipping import ShippingCalendar

TODAY = date(2026, 11, 23)
RAW, BULK, JAR, GLASS = 1, 2, 3, 4
KETTLE, LINE = 7, 8
DAY = 1440
DAYS = [(day * DAY + 8 * 60, day * DAY + 16 * 60) for day in range(40)]
RECIPES = {
    BULK: Recipe(10, BULK, (Component(RAW, Fraction(1)),), batch_size=Fraction(50)),
    JAR: Recipe(11, JAR, (Component(BULK, Fraction(1, 2)), Component(GLASS, Fraction(1)))),
}
ROUTINGS = {
    BULK: Routing(((Station(KETTLE, Fraction(50), Fraction(180)),),)),
    JAR: Routing(((Station(LINE, Fraction(1), Fraction(1, 2), Fraction(10)),),)),
}


def promiser(arrivals=None, purchases=None, booked=(), now=0):
    centres = {KETTLE: WorkCentre(DAYS, booked), LINE: WorkCentre(DAYS)}
    return Promiser(Capacity(centres), ROUTINGS, arrivals or {}, purchases or {}, now)


def demand(key, quantity, product=JAR):
    return Demand(key, product, Fraction(quantity), TODAY)


def stock(product, quantity, key=None):
    return Supply(key or ("stock", product), product, Fraction(quantity))


def promise_all(engine, demands, supplies, deadlines=None):
    engine.load(net(demands, supplies, RECIPES, pooled=False))
    return [engine.promise(d.key, (deadlines or {}).get(d.key)) for d in demands]


def test_stock_is_there_now():
    (outcome,) = promise_all(promiser(now=5), [demand("A", 3)], [stock(JAR, 3)])
    assert outcome.ready == 5
    assert [(t.source, t.quantity) for t in outcome.taken] == [(("stock", JAR), 3)]


def test_bulk_is_made_before_filling():
    (outcome,) = promise_all(promiser(), [demand("A", 100)], [stock(RAW, 100), stock(GLASS, 100)])
    kettle, line = outcome.tasks
    assert (kettle.centre, kettle.start, kettle.end) == (KETTLE, 480, 660)
    assert (line.centre, line.start, line.end) == (LINE, 660, 720)
    assert outcome.ready == 720


def test_production_waits_for_the_supplier_and_says_so():
    (outcome,) = promise_all(
        promiser(purchases={RAW: 5 * DAY}), [demand("A", 10)], [stock(GLASS, 100)]
    )
    assert [(m.product, m.quantity, m.at) for m in outcome.missing] == [(RAW, 5, 5 * DAY)]
    assert outcome.tasks[0].start == 5 * DAY + 480


def test_what_nobody_sells_makes_no_promise_and_books_nothing():
    engine = promiser()
    outcome, other = promise_all(engine, [demand("A", 10), demand("B", 5, BULK)], [stock(RAW, 100)])
    assert outcome.ready is None
    assert [(m.product, m.at) for m in outcome.missing] == [(GLASS, None)]
    assert other.ready is not None


def test_thirty_orders_share_one_kettle():
    demands = [demand(number, 3) for number in range(30)]
    outcomes = promise_all(promiser(), demands, [stock(RAW, 100), stock(GLASS, 100)])
    kettles = [task for o in outcomes for task in o.booked if task.centre == KETTLE]
    assert len(kettles) == 1
    assert all(o.ready < DAY + 480 + 120 for o in outcomes)


def test_a_batch_is_not_shared_by_goods_whose_material_comes_later():
    arrivals = {("move", 1): 3 * DAY}
    first, second = promise_all(
        promiser(arrivals),
        [demand("A", 10, BULK), demand("B", 10, BULK)],
        [stock(RAW, 10), stock(RAW, 10, ("move", 1))],
    )
    assert first.tasks[0].start == 480
    assert second.tasks[0].start == 3 * DAY + 480


def test_goods_that_can_be_there_in_the_first_minute_share_no_later_batch():
    engine = promiser({("move", 1): 1}, {RAW: 0})
    engine.routings = {BULK: Routing(())}
    outcomes = promise_all(
        engine, [demand("A", 10, BULK), demand("B", 10, BULK)], [stock(RAW, 10, ("move", 1))]
    )
    assert [outcome.ready for outcome in outcomes] == [1, 0]


def test_late_orders_leave_the_early_slots_to_urgent_ones():
    demands = [demand("far", 50, BULK), demand("near", 50, BULK)]
    far, near = promise_all(promiser(), demands, [stock(RAW, 100)], {"far": 20 * DAY + 900})
    assert (far.ready, near.ready) == (660, 660)
    assert far.booked[0].end == 20 * DAY + 900


def test_open_runs_count_and_their_goods_come_when_they_are_done():
    engine = promiser()
    supplies = [stock(RAW, 50), stock(BULK, 20, ("run", 1))]
    engine.load(net([demand("A", 30, BULK)], supplies, RECIPES, pooled=False))
    engine.place_open_runs([OpenRun(("run", 1), release=0, steps=((KETTLE, 400),))])
    outcome = engine.promise("A")
    assert engine.finish(("run", 1)) == 480 + 400
    assert outcome.tasks[0].start == 480 + 400
    assert {(t.source, t.at) for t in outcome.taken} >= {(("run", 1), 880)}


def test_an_open_run_waits_for_its_supplying_run_and_its_material():
    engine = promiser(purchases={GLASS: 2 * DAY})
    engine.load(net([Demand(("run", 2), GLASS, Fraction(5), TODAY)], [], RECIPES, pooled=False))
    engine.place_open_runs(
        [
            OpenRun(("run", 2), release=0, steps=((LINE, 60),), suppliers=(("run", 1),)),
            OpenRun(("run", 1), release=3 * DAY, steps=((KETTLE, 60),)),
        ]
    )
    assert engine.finish(("run", 1)) == 3 * DAY + 540
    assert engine.finish(("run", 2)) == 3 * DAY + 600


def test_a_planned_open_run_keeps_its_slot_unless_its_material_is_late():
    planned = (DAY + 480, DAY + 600)
    run = OpenRun(("run", 1), release=0, planned=planned)
    for arrival, expected in ((0, DAY + 600), (2 * DAY, 2 * DAY)):
        engine = promiser({("move", 1): arrival})
        plan = net(
            [Demand(("run", 1), RAW, Fraction(5), TODAY)],
            [stock(RAW, 5, ("move", 1))],
            RECIPES,
            pooled=False,
        )
        engine.load(plan)
        engine.place_open_runs([run])
        assert engine.finish(("run", 1)) == expected


def test_shipping_counts_working_days():
    week = [(day * DAY + 480, day * DAY + 960) for day in range(30) if day % 7 < 5]
    calendar = ShippingCalendar(week, lambda m: TODAY + timedelta(days=m // DAY), 2)
    assert calendar.arrival(500) == TODAY + timedelta(days=2)
    assert calendar.arrival(4 * DAY + 700) == TODAY + timedelta(days=8)  # Friday, not Sunday
    assert calendar.arrival(4 * DAY + 960) == TODAY + timedelta(days=9)  # after hours
    assert calendar.arrival(100 * DAY) is None
    assert calendar.ship_by(TODAY + timedelta(days=1)) is None
    assert calendar.ship_by(TODAY + timedelta(days=8)) == TODAY + timedelta(days=4)


@given(st.integers(0, 4), st.sets(st.integers(0, 30), min_size=1), st.integers(0, 45))
def test_the_deadline_is_the_last_minute_that_arrives_in_time(days, working, due):
    calendar = ShippingCalendar(
        [(day * 10 + 2, day * 10 + 7) for day in working],
        lambda minute: TODAY + timedelta(days=minute // 10),
        days,
    )
    day = TODAY + timedelta(days=due)
    in_time = [m for m in range(320) if (a := calendar.arrival(m)) is not None and a <= day]
    ship_by = calendar.ship_by(day)
    assert (ship_by and calendar.deadline(ship_by)) == (max(in_time) if in_time else None)


# ------------------------------------------------------------------- oracle
class Oracle:
    """The same rules (all but moving late) in the plainest words: sets of minutes."""

    horizon = 3000

    def __init__(self, working, routings, arrivals, purchases):
        self.working, self.routings = working, routings
        self.arrivals, self.purchases = arrivals, purchases
        self.booked = {centre: set() for centre in working}
        self.rooms = []

    def slot(self, centre, minutes, start):
        for first in range(start, self.horizon):
            if first not in self.working[centre] or first in self.booked[centre]:
                continue
            left, minute = minutes, first
            while minute < self.horizon and minute not in self.booked[centre]:
                left -= minute in self.working[centre]
                minute += 1
                if not left:
                    return first, minute
        return None

    def chain(self, operations, quantity, start):
        tasks = []
        for stations in operations:
            best = None
            for s in stations:
                minutes = ceil(s.fixed + ceil(quantity / s.capacity) * s.cycle)
                found = self.slot(s.centre, minutes, start)
                if found and (best is None or found[1] < best[2]):
                    best = (s, *found)
            if best is None:
                return None
            tasks.append(best)
            start = best[2]
        return tasks

    def promise(self, plan, root):
        self.new_rooms = []
        ready = self.need(plan, root)
        self.rooms += self.new_rooms
        return ready

    def need(self, plan, consumer):
        times = [0]
        runs = {run.key: run for run in plan.runs}
        for peg in plan.pegs:
            if peg.need.consumer == consumer:
                if isinstance(peg.source, RunKey):
                    times.append(self.make(plan, runs[peg.source]))
                else:
                    times.append(self.arrivals.get(peg.source, 0))
        for short in plan.shortages:
            if short.consumer == consumer:
                times.append(self.purchases.get(short.product))
        return None if None in times else max(times)

    def make(self, plan, run):
        start = self.need(plan, run.key)
        if start is None:
            return None
        routing, size = self.routings[run.recipe.product], run.recipe.batch_size
        rest, ends = run.quantity, []
        for room in sorted(self.rooms, key=lambda room: room["end"]):
            if room["recipe"] != run.recipe.id or room["start"] < start:
                continue
            if not rest or not room["left"]:
                continue
            alone = self.chain(routing.operations, size or rest, start)
            if alone is not None and self.done(alone, start, routing) < room["end"]:
                break
            taken = min(rest, room["left"])
            room["left"] -= taken
            rest -= taken
            ends.append(room["end"])
        while rest > 0:
            quantity = size or rest
            tasks = self.chain(routing.operations, quantity, start)
            for station, first, last in tasks:
                self.booked[station.centre] |= set(range(first, last))
            end = self.done(tasks, start, routing)
            ends.append(end)
            left = max(quantity - rest, Fraction(0))
            if size is None:
                left = min(
                    (ceil(rest / s.capacity) * s.capacity - rest for s, _f, _l in tasks),
                    default=Fraction(0),
                )
            self.new_rooms.append(
                {
                    "recipe": run.recipe.id,
                    "start": tasks[0][1] if tasks else start,
                    "end": end,
                    "left": left,
                }
            )
            rest -= min(rest, quantity)
        return max(ends)

    def done(self, tasks, start, routing):
        first = tasks[0][1] if tasks else start
        return max(tasks[-1][2] if tasks else start, first + routing.lead)


@st.composite
def problems(draw):
    """Two levels, alternatives, breaks, batches, receipts, shortages; time in minutes."""
    working = {
        centre: [
            (begin, begin + draw(st.integers(5, 14))) for begin in range(0, Oracle.horizon, 15)
        ]
        for centre in (KETTLE, LINE)
    }
    fraction = st.integers(1, 12).map(lambda n: Fraction(n, 2))
    station = st.builds(Station, st.sampled_from((KETTLE, LINE)), fraction, fraction, fraction)
    operations = st.lists(
        st.lists(station, min_size=1, max_size=2, unique_by=lambda s: s.centre).map(tuple),
        max_size=2,
    ).map(tuple)
    routings = {
        number: Routing(draw(operations), draw(st.sampled_from((0, 0, 25))))
        for number in (BULK, JAR)
    }
    sizes = st.sampled_from((None, Fraction(2), Fraction(7, 2)))
    recipes = {
        BULK: Recipe(10, BULK, (Component(RAW, Fraction(1)),), batch_size=draw(sizes)),
        JAR: Recipe(
            11,
            JAR,
            (Component(BULK, Fraction(1, 2)), Component(GLASS, Fraction(1))),
            batch_size=draw(sizes),
        ),
    }
    demands = [
        Demand(number, draw(st.sampled_from((JAR, BULK))), draw(fraction), TODAY)
        for number in range(draw(st.integers(1, 5)))
    ]
    supplies, arrivals = [], {}
    for number in range(draw(st.integers(0, 6))):
        product = draw(st.sampled_from((RAW, BULK, JAR, GLASS)))
        key, minute = ("move", number), draw(st.integers(0, 120))
        arrivals[key] = minute
        expected = TODAY + timedelta(days=minute)
        supplies.append(Supply(key, product, draw(fraction), expected))
    purchases = {RAW: draw(st.integers(0, 90))}
    if draw(st.booleans()):
        purchases[GLASS] = draw(st.integers(0, 90))
    deadlines = {d.key: draw(st.none() | st.integers(0, 900)) for d in demands}
    return working, routings, recipes, demands, supplies, arrivals, purchases, deadlines


def expand(intervals):
    return {minute for start, end in intervals for minute in range(start, end)}


@settings(max_examples=120)
@given(problems())
def test_promises_equal_the_oracle(problem):
    working, routings, recipes, demands, supplies, arrivals, purchases, _deadlines = problem
    plan = net(demands, supplies, recipes, pooled=False)
    centres = {centre: WorkCentre(spans) for centre, spans in working.items()}
    engine = Promiser(Capacity(centres), routings, arrivals, purchases, 0)
    engine.load(plan)
    minutes = {centre: expand(spans) for centre, spans in working.items()}
    oracle = Oracle(minutes, routings, arrivals, purchases)
    for root in demands:
        assert engine.promise(root.key).ready == oracle.promise(plan, root.key)


@settings(max_examples=120)
@given(problems())
def test_no_minute_is_booked_twice_and_deadlines_are_kept(problem):
    working, routings, recipes, demands, supplies, arrivals, purchases, deadlines = problem
    plan = net(demands, supplies, recipes, pooled=False)
    centres = {centre: WorkCentre(spans) for centre, spans in working.items()}
    engine = Promiser(Capacity(centres), routings, arrivals, purchases, 0)
    engine.load(plan)
    booked = defaultdict(set)
    for root in demands:
        deadline = deadlines[root.key]
        outcome = engine.promise(root.key, deadline)
        for task in outcome.booked:
            minutes = set(range(task.start, task.end))
            assert not minutes & booked[task.centre]
            booked[task.centre] |= minutes
        assert sum(t.end > t.start for t in outcome.booked) == sum(
            t.end > t.start for t in outcome.tasks
        )
        if deadline is not None and outcome.ready is not None and outcome.ready <= deadline:
            assert all(task.end <= deadline for task in outcome.booked)
        for made in outcome.made:
            assert all(task.start >= 0 for batch in made.own for task in batch.tasks)
        by_run = {made.run.key: made for made in outcome.made}
        for made in outcome.made:
            if made.consumer in by_run:
                assert made.end <= by_run[made.consumer].start
