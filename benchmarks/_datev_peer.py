"""The other addon's side of the DATEV benchmark, in a process with its packages."""

import argparse
import json
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from benchmarks import _ledger  # noqa: E402


def main() -> None:
    """Install the addon, make the ledger, export it, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--packages", required=True)
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--year", type=int, required=True)
    options = parser.parse_args()

    import odoo.cli
    from odoo import api, netsvc
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    import odoo.addons.sale

    core = Path(odoo.addons.sale.__file__).resolve().parent.parent
    config.parse_config(
        [
            *("-d", options.database, "--no-http", "--log-level=error", "--stop-after-init"),
            f"--addons-path={options.packages}/odoo/addons,{core}",
        ]
    )
    netsvc.init_logger()
    load_server_wide_modules()
    registry = Registry.new(
        options.database, update_module=True, install_modules=["datev_export_dtvf"]
    )
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        env = env(user=env.ref("base.user_admin"))
        print(json.dumps(measure(env, options.lines, options.year)))


def measure(env, lines: int, year: int) -> dict:
    """Seconds and queries of one export of the year, month by month as it wants it."""
    env.company.write(
        {
            "datev_consultant_number": "29098",
            "datev_client_number": "55003",
            "datev_account_code_length": 4,
        }
    )
    made = _ledger.make(env, lines, year)
    kind = env["date.range.type"].create({"name": "Benchmark", "allow_overlap": True})
    ranges = env["date.range"].create(
        [
            {"name": name, "type_id": kind.id, "date_start": first, "date_end": last}
            for name, first, last in _ranges(year)
        ]
    )
    export = env["datev_export_dtvf.export"].create(
        {"fiscalyear_id": ranges[0].id, "period_ids": [(6, 0, ranges[1:].ids)]}
    )
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    export.action_generate()
    env.flush_all()
    return {
        "seconds": time.perf_counter() - start,
        "queries": env.cr.sql_log_count - queries,
        "lines": made,
        "state": export.state,
    }


def _ranges(year: int) -> list[tuple[str, str, str]]:
    import calendar

    months = [
        (f"{year}-{month:02d}", f"{year}-{month:02d}-01", f"{year}-{month:02d}-{last}")
        for month in range(1, 13)
        for last in [calendar.monthrange(year, month)[1]]
    ]
    return [(str(year), f"{year}-01-01", f"{year}-12-31"), *months]


if __name__ == "__main__":
    main()
