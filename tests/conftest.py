"""Fixtures of the tests that need databases of their own, or Odoo in processes of its own.

They use the server and the templates of `make test`; `eval "$(make -s env)"` gives the same
surroundings to a pytest that is started by hand.
"""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

from odoo.tests.common import get_db_name

from tests import forked
from tools import odoo_tree, postgres, templates
from tools.database import Server
from tools.odoo_run import Odoo

_counter = itertools.count(1)


@pytest.fixture(scope="session")
def odoo() -> Iterator[Odoo]:
    """Return Odoo with the database server of this clone; what it calls is forked."""
    odoo = Odoo(odoo_tree.ensure(), postgres.ensure(for_tests=True))
    # Not the template: while somebody reads it, nobody can clone it.
    with forked.serving(odoo, get_db_name()) as serving:
        yield serving


@pytest.fixture(scope="session")
def server(odoo: Odoo) -> Server:
    """Return the database server of this clone."""
    return odoo.server


@pytest.fixture(scope="session")
def base_template(odoo: Odoo) -> str:
    """Return the template with all that our addons depend on, without them."""
    return templates.base(odoo)


@pytest.fixture(scope="session")
def test_template(odoo: Odoo) -> str:
    """Return the template with our addons installed."""
    return templates.test(odoo)


@pytest.fixture
def clone_database(server: Server) -> Iterator[Callable[[str], str]]:
    """Return a function that clones a template; the clones go when the test ends."""
    made: list[str] = []

    def clone(template: str) -> str:
        name = templates.scratch(f"{os.getpid()}_{next(_counter)}")
        server.create(name, template)
        made.append(name)
        return name

    yield clone
    for name in made:
        server.drop(name)
