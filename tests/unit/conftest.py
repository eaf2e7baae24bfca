"""Unit tests run without a database: the fixtures of pytest-odoo are replaced by empty ones."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def load_registry() -> Iterator[None]:
    """Load no Odoo registry."""
    yield


@pytest.fixture(scope="session", autouse=True)
def load_http() -> Iterator[None]:
    """Start no web server."""
    yield


@pytest.fixture(scope="module", autouse=True)
def enable_odoo_test_flag() -> Iterator[None]:
    """Leave Odoo's test flag alone."""
    yield
