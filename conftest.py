"""What all tests share: the import path of the Odoo-free packages, the settings of hypothesis.

`addons/datev_export/extf` is importable as `extf`, `addons/channel_connectors/channels` as
`channels`, and so on, so that the unit tests need no Odoo. The folders go to the end of the path,
where they never hide another package.
"""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# `make test` draws the same examples in every run; `make soak` draws others, and this many times
# as many.
SOAK = bool(os.environ.get("SOAK"))
SOAK_FACTOR = 20

for manifest in sorted(Path(__file__).parent.glob("addons/*/__manifest__.py")):
    folder = str(manifest.parent)
    if folder not in sys.path:
        sys.path.append(folder)

# A busy machine is slow; that says nothing about the code.
settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=not SOAK,
)
settings.load_profile("default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Draw many more examples in a soak run, whatever number a test asks for."""
    if not SOAK:
        return
    attribute = "_hypothesis_internal_use_settings"
    for item in items:
        function = getattr(getattr(item, "obj", None), "__func__", getattr(item, "obj", None))
        if getattr(function, "is_hypothesis_test", False):
            usual = getattr(function, attribute, None) or settings()
            more = settings(usual, max_examples=usual.max_examples * SOAK_FACTOR)
            setattr(function, attribute, more)
