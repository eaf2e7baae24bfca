# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Exports at the same time, a crash, a posting in between: no entry twice, and none missing."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.datev_export_facts import ENTRIES
from tools.console import Failure

FACTS = "tests.datev_export_facts"


class Ledger:
    """A database of its own with posted invoices and exports that are still drafts."""

    def __init__(self, odoo, database):
        self.odoo = odoo
        self.database = database
        self.made = self.call("set_up")
        self.first, self.second, self.june = self.made["exports"]

    def call(self, function, **arguments):
        given = [f"{name}={value}" for name, value in arguments.items()]
        log = f"datev-{function}-{'-'.join(map(str, arguments.values()))}.log"
        lines = self.odoo.call(self.database, f"{FACTS}:{function}", log, *given)
        return json.loads(lines[-1])

    def while_exporting(self, function, number=0, **arguments):
        """Call a function while an export is between reading and marking."""
        export = self.made["exports"][number]
        with ThreadPoolExecutor(2) as pool:
            slow = pool.submit(self.call, "export", export_id=export, slowly="yes")
            other = pool.submit(self.call, function, **arguments)
            slow.result()
            return other.result()


@pytest.fixture
def ledger(odoo, test_template, clone_database):
    return Ledger(odoo, clone_database(test_template))


def test_crash_then_two_exports_of_one_period(ledger):
    with pytest.raises(Failure):
        ledger.call("crash", export_id=ledger.first)
    facts = ledger.call("finish")
    assert (facts["entries"], facts["states"]) == (0, ["draft"] * 3)
    assert facts["personal"] == []
    tried = ledger.while_exporting("export", export_id=ledger.second, slowly="no")
    assert tried["tries"] == 2
    facts = ledger.call("finish")
    assert facts["states"] == ["exported", "draft", "draft"]
    assert (facts["entries"], facts["twice"], facts["missing"]) == (ENTRIES, 0, ENTRIES)
    assert facts["changed"] == 0


def test_two_periods_and_a_posting_at_the_same_time(ledger):
    """Both need personal accounts of new customers; a late invoice comes as a supplement."""
    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(ledger.call, "post", move_id=ledger.made["draft"])
        ledger.while_exporting("export", export_id=ledger.june, slowly="no")
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
