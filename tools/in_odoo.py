"""`python -m tools.in_odoo --database NAME module:function [key=value ...]`, run by Odoo's Python.

Opens the database and calls `function(env, key=value, ..., echo=print)` as the superuser, in one
transaction: all of it, or nothing where it fails. `echo` is left out where the function has none.
"""

import argparse
import functools
import importlib
import inspect
import sys


def main(arguments: list[str]) -> None:
    """Parse the command line, open the registry, call the function, commit."""
    parser = argparse.ArgumentParser(prog="tools.in_odoo")
    parser.add_argument("--database", required=True)
    parser.add_argument("function")
    parser.add_argument("values", nargs="*")
    options = parser.parse_args(arguments)
    module, _colon, name = options.function.partition(":")
    function = getattr(importlib.import_module(module), name)
    values = dict(value.split("=", 1) for value in options.values)
    if "echo" in inspect.signature(function).parameters:
        values["echo"] = functools.partial(print, flush=True)
    _call(options.database, function, values)


def _call(database: str, function, values: dict) -> None:
    """Call the function in an environment of the database."""
    import odoo.cli  # noqa: F401 - sets Odoo's import paths up
    from odoo import SUPERUSER_ID, api, netsvc
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    config.parse_config(["-d", database, "--no-http", "--log-level=warn", "--stop-after-init"])
    netsvc.init_logger()
    load_server_wide_modules()
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        function(env, **values)


if __name__ == "__main__":
    main(sys.argv[1:])
