# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Exports at the same time, a crash, a posting in between: no entry twice, and none missing."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.datev_export_facts import ENTRIES
from tests.together import killed

FACTS = "tests.datev_export_facts"
HANDING_OVER = "tests.datev_handover_facts"


class Processes:
    """Functions of a module called in processes of their own, on one database."""

    def __init__(self, odoo, database, module):
        self.odoo = odoo
        self.database = database
        self.module = module

    def call(self, function, **arguments):
        given = [f"{name}={value}" for name, value in arguments.items()]
        words = (str(value).rpartition("/")[2] for value in arguments.values())
        log = f"datev-{function}-{'-'.join(words)}.log"
        lines = self.odoo.call(self.database, f"{self.module}:{function}", log, *given)
        return json.loads(lines[-1])

    def both(self, first, second):
        """Two calls at the same time: (function, arguments) each."""
        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(self.call, name, **given) for name, given in (first, second)]
            return [call.result() for call in calls]


class Ledger:
    """A database of its own with posted invoices and exports that are still drafts."""

    def __init__(self, odoo, database):
        self.processes = Processes(odoo, database, FACTS)
        self.made = self.call("set_up")
        self.first, self.second, self.june = self.made["exports"]

    def call(self, function, **arguments):
        return self.processes.call(function, **arguments)

    def while_exporting(self, function, number=0, waiting=1, **arguments):
        """Call a function while an export is between reading and marking.

        So many ``waiting`` for that, this function among them.
        """
        export = self.made["exports"][number]
        with ThreadPoolExecutor(2) as pool:
            slow = pool.submit(self.call, "export", export_id=export, waiting=waiting)
            other = pool.submit(self.call, function, **arguments)
            slow.result()
            return other.result()


@pytest.fixture
def ledger(odoo, test_template, clone_database):
    return Ledger(odoo, clone_database(test_template))


def test_crash_then_two_exports_of_one_period(ledger):
    with killed():
        ledger.call("crash", export_id=ledger.first)
    facts = ledger.call("finish")
    assert (facts["entries"], facts["states"]) == (0, ["draft"] * 3)
    assert facts["personal"] == []
    tried = ledger.while_exporting("export", export_id=ledger.second)
    assert tried["tries"] == 2
    facts = ledger.call("finish")
    assert facts["states"] == ["exported", "draft", "draft"]
    assert (facts["entries"], facts["twice"], facts["missing"]) == (ENTRIES, 0, ENTRIES)
    assert facts["changed"] == 0


def test_two_periods_and_a_posting_at_the_same_time(ledger):
    """Both need personal accounts of new customers; a late invoice comes as a supplement."""
    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(ledger.call, "post", move_id=ledger.made["draft"])
        ledger.while_exporting("export", waiting=2, export_id=ledger.june)
        posting.result()
    facts = ledger.call("finish")
    assert facts["states"] == ["exported", "draft", "exported"]
    assert facts["personal"] == [10000, 10001, 10002, 10003]
    assert (facts["entries"], facts["missing"], facts["twice"]) == (2 * ENTRIES, 1, 0)
    late = ledger.made["draft"]
    edited = ledger.while_exporting("edit", number=1, move_id=late)
    assert edited == {"refused": True}
    facts = ledger.call("finish")
    assert facts["states"] == ["exported"] * 3
    assert facts["rows"] == [ENTRIES, 1, ENTRIES]
    assert (facts["missing"], facts["twice"], facts["changed"]) == (0, 0, 0)


def test_one_export_is_handed_over_once(odoo, test_template, clone_database, tmp_path):
    """By two people at once, and again after the process died with the mail on its way."""
    office = Processes(odoo, clone_database(test_template), HANDING_OVER)
    made = office.call("set_up_handover")
    assert made["state"] == "exported"
    box = tmp_path / "sent"
    given = {"export_id": made["export"], "box": box}

    # The mail server has the mail; the process dies before anything of it is kept.
    with killed():
        office.call("hand_over", **given, ending="killed")
    facts = office.call("state", export_id=made["export"])
    assert facts == {"state": "exported", "notes": 0}
    # Nothing goes out a second time by itself; a person decides, and then it is not lost.
    assert office.call("hand_over", **given, ending="well")["result"] == "refused"
    assert len(box.read_text().splitlines()) == 1

    slow, other = office.both(
        ("hand_over", {**given, "ending": "slow", "again": "yes"}),
        ("hand_over", {**given, "ending": "meanwhile", "again": "yes"}),
    )
    assert (slow["result"], other["result"]) == ("handed over", "refused")
    assert len(box.read_text().splitlines()) == 2
    facts = office.call("state", export_id=made["export"])
    assert facts == {"state": "handed_over", "notes": 1}


def test_one_file_of_the_advisor_is_taken_over_once(odoo, test_template, clone_database):
    """Two people read it at the same moment, and two make its entries."""
    office = Processes(odoo, clone_database(test_template), HANDING_OVER)
    record = office.call("set_up_import")["import"]
    made = office.both(
        ("take_over", {"import_id": record, "number": 1}),
        ("take_over", {"import_id": record, "number": 2}),
    )
    assert sorted(found["result"] for found in made) == ["UserError", "done"]
    assert office.call("imported") == {"moves": 1, "files": 1}
    read = office.both(("read_file", {"number": 1}), ("read_file", {"number": 2}))
    assert sum(found["result"] == "done" for found in read) == 1
    assert office.call("imported") == {"moves": 1, "files": 2}
