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
# CHAOS_SEEDS=7,8,9 tells these, with CHAOS_ORDERS so many orders; a soak tells the first ones,
# with each life once.
SEEDS = [int(seed) for seed in os.environ.get("CHAOS_SEEDS", "").split(",") if seed]
ORDERS = int(os.environ.get("CHAOS_ORDERS", 0))
# Seed and orders of the story in every run: as many as there is time for.
SHORT = {"shopify": (3, 6), "etsy": (18, 2)}


def _stories():
    for kind, world in WORLDS.items():
        seed, orders = SHORT[kind]
        for number in SEEDS or (range(1, 13) if SOAK else [seed]):
            yield kind, number, ORDERS or (len(world.lives) if SOAK else orders)


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


@pytest.mark.parametrize("kind, seed, orders", _stories())
def test_a_story_ends_the_same_whatever_happens(hub, tmp_path, kind, seed, orders):
    if kind == "etsy" and not available():
        pytest.skip(ABSENT)
    story = draw(seed, orders, WORLDS[kind].lives)
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
