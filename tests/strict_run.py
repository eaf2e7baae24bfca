"""pytest plugin of `make test`: what would pass unnoticed by hand is a failure there.

- A skipped test fails, unless its reason is one of `ALLOWED_SKIPS`.
- A test during which one of our addons logs a warning or worse fails. A test that expects the
  warning catches it with `assertLogs` or `mute_logger`, and then this plugin does not see it.

Tests that run side by side have databases of their own, but share their files: Odoo would delete
after each class what its own database does not know. They share the processors too: a tour has
more time than Odoo's minute.
"""

import functools
import logging
from collections.abc import Generator
from unittest import mock

import pytest

from tools.manifests import own_names

# The vendors' own samples may not be given away, so a clone may be without them.
ALLOWED_SKIPS = ("vendor samples not present",)
TOUR_SECONDS = 300
LOGGERS = tuple(f"odoo.addons.{name}" for name in own_names())


class OwnWarnings(logging.Handler):
    """Collects what our addons log as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record if one of our addons has made it."""
        if f"{record.name}.".startswith(tuple(f"{name}." for name in LOGGERS)):
            self.messages.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def take(self) -> list[str]:
        """Return the messages so far and forget them."""
        messages, self.messages = self.messages, []
        return messages


own_warnings = OwnWarnings()


def pytest_configure() -> None:
    """Listen to everything that reaches the root logger."""
    logging.getLogger().addHandler(own_warnings)


@pytest.fixture(scope="session", autouse=True)
def kept_files(load_registry: None) -> Generator[None, None, None]:
    """Delete no files during the run: workers share them, and each knows only its database."""
    from odoo.tests.common import TransactionCase

    with mock.patch.object(TransactionCase, "_gc_filestore", lambda: None):
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_tours(load_registry: None) -> Generator[None, None, None]:
    """Let a tour take its time; `order_hub/static/tests/tours/patient.js` does so for a step."""
    from odoo.tests.common import HttpCase

    patient = functools.partialmethod(HttpCase.start_tour, timeout=TOUR_SECONDS)
    with mock.patch.object(HttpCase, "start_tour", patient):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Generator[None, object, None]:
    """Turn unexpected skips and logged warnings into failures."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(allowed in reason for allowed in ALLOWED_SKIPS):
            _fail(report, f"unexpected skip: {reason}")
    messages = own_warnings.take()
    if messages and report.passed:
        _fail(report, "logged by our addons during the test:\n" + "\n".join(messages))


def _fail(report: pytest.TestReport, reason: str) -> None:
    report.outcome = "failed"
    report.longrepr = reason
