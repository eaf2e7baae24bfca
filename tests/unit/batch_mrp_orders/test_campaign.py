# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.campaign.rules import (
    Basis,
    Cleaning,
    Content,
    Rule,
    cleaning_between,
)
from planning.campaign.sequence import (
    Problem,
    Run,
    by_due_date,
    lower_bound,
    solve,
)

minutes = st.integers(0, 9)


@st.composite
def problems(draw, most):
    kinds = draw(st.integers(1, 4))
    row = st.tuples(*[minutes] * kinds)
    runs = draw(
        st.lists(
            st.builds(
                Run,
                key=st.none(),
                minutes=st.integers(1, 9),
                kind=st.integers(0, kinds - 1),
                release=st.integers(0, 20),
                due=st.none() | st.integers(0, 40),
                weight=st.integers(1, 3),
            ),
            min_size=1,
            max_size=most,
        )
    )
    return Problem(tuple(runs), draw(st.tuples(*[row] * kinds)), draw(row), draw(minutes))


def told_one_by_one(problem, order):
    """The cost of an order minute by minute, beside the product's own reckoning."""
    clock, late, cleaned, kind = problem.start, 0, 0, None
    for run in (problem.runs[index] for index in order):
        clean = problem.initial[run.kind] if kind is None else problem.cleaning[kind][run.kind]
        for _minute in range(clean):
            clock, cleaned = clock + 1, cleaned + 1
        while clock < run.release:
            clock += 1
        clock += run.minutes
        if run.due is not None and clock > run.due:
            late += run.weight * (clock - run.due)
        kind = run.kind
    return late, cleaned


@settings(max_examples=60, deadline=None)
@given(problems(6))
def test_no_order_is_better_than_the_exact_one(problem):
    result = solve(problem)
    best = min(told_one_by_one(problem, order) for order in permutations(range(len(problem.runs))))
    assert result.exact
    assert result.cost == told_one_by_one(problem, result.order) == best
    assert lower_bound(problem) <= best


@settings(max_examples=30, deadline=None)
@given(problems(7))
def test_search_is_never_worse_than_where_it_starts(problem):
    result = solve(problem, exact_up_to=0)
    assert sorted(result.order) == list(range(len(problem.runs)))
    assert result.cost == told_one_by_one(problem, result.order)
    assert result.cost <= problem.cost(by_due_date(problem.runs))
    assert result.cost <= problem.cost(range(len(problem.runs)))
    assert lower_bound(problem) <= solve(problem).cost <= result.cost
    assert solve(problem, exact_up_to=0) == result


def test_light_before_dark_where_due_dates_allow():
    runs = tuple(
        Run(name, 10, kind, due=100) for name, kind in zip("abab", (1, 0, 1, 0), strict=True)
    )
    problem = Problem(runs, ((0, 0), (30, 0)), (0, 0))
    assert [runs[index].kind for index in solve(problem).order] == [0, 0, 1, 1]
    urgent = (Run("a", 10, 1, due=10), *runs[1:])
    result = solve(Problem(urgent, problem.cleaning, problem.initial))
    assert (result.order[0], result.cost) == (0, (0, 30))


def test_which_cleaning_a_change_over_needs():
    rules = [
        Rule("nuts", Basis.ALLERGEN, 60, release=True, allergen=1),
        Rule("dark", Basis.COLOUR, 90),
        Rule("scent", Basis.FAMILY, 20, from_family=7, to_family=8),
        Rule("any", Basis.FAMILY, 5),
    ]
    nuts = Content(frozenset({1, 2}), 3, 7)
    milk = Content(frozenset({2}), 3, 7)
    plain = Content(frozenset(), 1, 8)
    assert cleaning_between(nuts, milk, rules) == Cleaning(60, True, ("nuts",))
    assert cleaning_between(milk, plain, rules) == Cleaning(90, False, ("dark", "scent", "any"))
    assert cleaning_between(nuts, plain, rules).release
    assert cleaning_between(plain, nuts, rules) == Cleaning(5, False, ("any",))
    assert cleaning_between(plain, plain, rules) == Cleaning()
    assert cleaning_between(None, plain, rules) == Cleaning()
