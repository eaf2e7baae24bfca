"""A year of bookings to DATEV files: ours beside the addon of the exchange, on the same ledger.

Ours reads, books, writes, checks, reads back, proves, stores and marks; the other one writes. It
gets a database and packages of its own. Then ours alone, with more and more journal items, each
in a process of its own, to show that the time grows with them and the memory does not. The goal:
100,000 items in under 60 seconds, and 1,000,000 (`--many 1000000`) with at most 50 MB more
memory than 10,000.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import _common

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

PEER = (
    "odoo-addon-datev-export-dtvf==19.0.1.0.0.3",
    "odoo-addon-datev-export==19.0.1.0.0.2",
    "odoo-addon-date-range==19.0.*",
)
YEAR = 2031
FEW = 10_000


def main() -> None:
    """Both sides on the same ledger, then ours with many more lines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--core-database", help="one without our addons, for the other addon")
    parser.add_argument("--lines", type=int, default=FEW)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--only", type=int, help="ours alone, so many lines; prints JSON")
    options = parser.parse_args()
    if options.only:
        print(json.dumps(ours(options.database, options.only)))
        return
    small = in_process(options.database, options.lines)
    if options.core_database:
        theirs = peer(options.core_database, options.lines)
        print(
            f"ratio: {theirs['seconds'] / small['seconds']:.1f} in time, "
            f"{theirs['queries'] / small['queries']:.1f} in queries"
        )
    else:
        print("no --core-database: the other addon is left out")
    if options.many > options.lines:
        large = in_process(options.database, options.many)
        print(
            f"{large['lines'] / small['lines']:.0f} times the lines: "
            f"{large['seconds'] / small['seconds']:.1f} times the seconds, "
            f"{large['peak'] - small['peak']} MB more"
        )


def in_process(database: str, lines: int) -> dict:
    """Ours on a copy of the database, in a process whose memory nothing else has used."""
    with _common.copied(database, "datev") as name:
        found = _call("datev.py", "--database", name, "--only", str(lines))
    _show(f"ours: proven, {found['peak']} MB", found)
    assert found["state"] == "exported", found
    return found


def ours(database: str, lines: int) -> dict:
    """Make the ledger and export it."""
    import _ledger

    with _common.environment(database) as env:
        env.company.write({"datev_consultant_number": "29098", "datev_client_number": "55003"})
        made = _ledger.make(env, lines, YEAR)
        export = env["datev.export"].create(
            {"date_from": f"{YEAR}-01-01", "date_to": f"{YEAR}-12-31"}
        )
        taken = _common.measure(env, export.action_export)
        return {
            "lines": made,
            "seconds": taken.seconds,
            "queries": taken.queries,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "state": export.state,
        }


def peer(core_database: str, lines: int) -> dict:
    """Run the other side with packages and a database of its own."""
    from tools import settings

    target = settings.cache() / "peers" / PEER[0].replace("==", "-")
    if not target.is_dir():
        with tempfile.TemporaryDirectory(prefix="peer-") as work:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
            subprocess.run([*pip, "--target", f"{work}/packages", *PEER], check=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(f"{work}/packages").replace(target)
    with _common.copied(core_database, "peer") as name:
        arguments = ["--database", name, "--packages", str(target)]
        found = _call("_datev_peer.py", *arguments, "--lines", str(lines), "--year", str(YEAR))
    _show("other addon: written", found)
    return found


def _call(script: str, *arguments: str) -> dict:
    command = [sys.executable, str(PROJECT / "benchmarks" / script), *arguments]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(result.stdout.splitlines()[-1])


def _show(label: str, found: dict) -> None:
    taken = _common.Measure(found["seconds"], found["queries"], None)
    _common.show(f"{label}, {found['lines'] / found['seconds']:.0f} lines/s", taken)


if __name__ == "__main__":
    main()
