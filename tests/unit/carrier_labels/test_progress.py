# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from carriers.base import types
from carriers.base.progress import ENDED, ORDER, next_look, progress
from carriers.base.types import TrackingStatus
from hypothesis import given
from hypothesis import strategies as st

states = st.sampled_from(ORDER)


@given(st.lists(states, min_size=1, max_size=6), st.randoms())
def test_an_end_is_the_end_of_all_parcels(parcels, random):
    told = {str(index): TrackingStatus(str(index), state) for index, state in enumerate(parcels)}
    numbers = list(told)
    found = progress(numbers, told).state
    assert (found in ENDED) == all(state in ENDED for state in parcels)
    assert (found == types.DELIVERED) == (set(parcels) == {types.DELIVERED})
    assert (found == types.EXCEPTION) == (types.EXCEPTION in parcels)
    if types.RETURNED in parcels:
        assert found in (types.RETURNED, types.RETURNING, types.EXCEPTION)
    random.shuffle(numbers)
    assert progress(numbers, told).state == found


@given(states, st.integers(0, 3000), st.integers(0, 3000))
def test_older_parcels_are_looked_at_less_often(state, hours, more):
    sooner = next_look(state, timedelta(hours=hours))
    later = next_look(state, timedelta(hours=hours + more))
    assert (sooner is None) <= (later is None)
    if later is not None:
        assert sooner <= later
    assert sooner is None or sooner >= timedelta(hours=2)


def test_nothing_is_known():
    assert progress([], {}).state == types.UNKNOWN
    assert progress(["A"], {}).state == types.UNKNOWN
