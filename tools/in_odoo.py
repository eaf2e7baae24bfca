"""`python -m tools.in_odoo --database NAME module:function [key=value ...]`, run by Odoo's Python.

Opens the database and calls `function(env, key=value, ..., echo=print)` as the superuser, in one
transaction: all of it, or nothing where it fails. `echo` is left out where the function has none.
"""

import argparse
import functools
import importlib
import inspect
import sys


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="tools.in_odoo")
    parser.add_argument("--database", required=True)
    parser.add_argument("function")
    parser.add_argument("values", nargs="*")
    return parser.parse_args(arguments)


def call(options: argparse.Namespace) -> None:
    """Call the function in an environment of the database, commit."""
    module, _colon, name = options.function.partition(":")
    function = getattr(importlib.import_module(module), name)
    values = dict(value.split("=", 1) for value in options.values)
    if "echo" in inspect.signature(function).parameters:
        values["echo"] = functools.partial(print, flush=True)
    registry = open_registry(options.database)

    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        function(api.Environment(cr, SUPERUSER_ID, {}), **values)


def open_registry(database: str):
    """Return the registry of a database, as it is now."""
    import odoo.cli  # noqa: F401 - sets Odoo's import paths up
    from odoo import netsvc
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    config.parse_config(["-d", database, "--no-http", "--log-level=warn", "--stop-after-init"])
    netsvc.init_logger()
    load_server_wide_modules()
    return Registry(database).check_signaling()


if __name__ == "__main__":
    call(parse(sys.argv[1:]))
