# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.quantity import readable_decimals


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (94.545455, "94.545"),
        (6.303031, "6.303"),
        (1 / 3, "0.333"),
        (0.004, "0.00400"),
        (0.0004567, "0.000457"),
        (-0.004, "-0.00400"),
        (0.0, "0.000"),
    ],
)
def test_computed_quantities_are_shown_with_as_many_decimals_as_they_need(value, shown):
    assert f"{value:.{readable_decimals(value)}f}" == shown


@given(st.floats(min_value=1e-6, max_value=1e9))
def test_no_quantity_reads_as_nothing_and_all_are_right_to_half_a_percent(value):
    shown = float(f"{value:.{readable_decimals(value)}f}")
    assert shown > 0
    assert value < 0.0001 or abs(shown - value) <= value * 0.005


def test_precision_of_the_database_is_the_limit():
    assert readable_decimals(0.0004, 3) == 3
    assert readable_decimals(12.5, 2) == 2
