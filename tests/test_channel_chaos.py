# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Whatever goes wrong on the way, a story ends as if nothing had: in Odoo and in the shop."""

import os
import time

import pytest

from tests.chaos.etsy import EtsyWorld
from tests.chaos.hub import Hub
from tests.chaos.play import Telling, differences
from tests.chaos.shopify import ShopifyWorld
from tests.chaos.story import draw
from tests.sandbox.etsy import ABSENT, available

WORLDS = {"shopify": ShopifyWorld, "etsy": EtsyWorld}
SOAK = bool(os.environ.get("SOAK"))
# CHAOS_SEEDS=7,8,9 tells these again; without it one short story, or in a soak the first ones.
SEEDS = [int(seed) for seed in os.environ.get("CHAOS_SEEDS", "").split(",") if seed]
SEEDS = SEEDS or (list(range(1, 13)) if SOAK else [3])
# Orders of a story: in a soak each life comes once, else as many as there is time for.
ORDERS = int(os.environ.get("CHAOS_ORDERS", 0))
SHORT = {"shopify": 6, "etsy": 4}


@pytest.fixture(scope="module")
def hub(odoo, test_template, server, tmp_path_factory):
    from tools import templates

    database = templates.scratch(f"{os.getpid()}_chaos")
    try:
        server.create(database, test_template)
        with Hub(odoo, database, tmp_path_factory.mktemp("chaos")) as hub:
            yield hub
    finally:
        server.drop(database)


@pytest.mark.parametrize("kind", WORLDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_story_ends_the_same_whatever_happens(hub, tmp_path, kind, seed):
    if kind == "etsy" and not available():
        pytest.skip(ABSENT)
    lives = WORLDS[kind].lives
    story = draw(seed, ORDERS or (len(lives) if SOAK else SHORT[kind]), lives)
    ends = []
    for mean in (False, True):
        tag = f"{kind[0]}{'m' if mean else 'q'}{seed}"
        world = WORLDS[kind](tag, tmp_path)
        start = time.monotonic()
        telling = Telling(story, world, hub, tag=tag, mean=mean)
        try:
            telling.tell()
            told = time.monotonic()
            ends.append(telling.end())
            print(f"{tag}: told in {told - start:.0f} s, ended in {time.monotonic() - told:.0f} s")
        finally:
            telling.close()
            world.stop()
    quiet, other = ends
    assert not quiet["hub"]["failed"], quiet["hub"]["failed"]
    if found := differences(quiet, other):
        pytest.fail("\n".join([*found, str(telling)]))
