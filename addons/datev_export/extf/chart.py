# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What DATEV does by itself: tax keys (BU-Schlüssel) and Automatikkonten.

On an Automatikkonto, and on any account booked with a tax key, the amount of a row is gross;
DATEV takes the tax out, rounded half up per row, and posts it to the tax accounts of the
key. Which accounts these are is DATEV's chart, not the accounting software's.

The presets hold the keys whose rate and accounts are known. A tax with any other key has explicit
rows, which are right for every ledger, if without a base amount for the tax return:

* 501, 502 and 65xx want a fact of services rendered (Sachverhalt L+L) beside them, a number
  that is the advisor's to choose and not in the ledger;
* 506, 507, 511, 512, 521 and 522: which accounts they post to is nowhere published;
* 92 and 95 are reverse charge without deduction. There the ledger has no input tax account to
  compare with: it posts the tax to an account of tax due on both sides;
* 101 and 401 are said to be 19 % by some, and to want the rate in the row by others; 2, 3, 8
  and 9 do the same without doubt;
* 100 and 400 (a rate of the row's own), 5 and 7 (16 %): no tax of the charts is posted to the
  accounts of these rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

# Marks in the presets instead of a tax key.
TAX_FREE = "free"  # automatic, but without tax (it only feeds the tax return)
UNKNOWN = "unknown"  # automatic, with an effect we do not know: only net rows are safe
# Charts are published with 4 digits; a client with longer accounts fills up with zeros.
PRESET_LENGTH = 4
# Saldenvorträge: ledger accounts, customers, suppliers; the same in SKR03 and SKR04.
CARRY_LEDGER, CARRY_CUSTOMERS, CARRY_SUPPLIERS = "9000", "9008", "9009"
FIRST_SUPPLIER_DIGIT = "7"


@dataclass(frozen=True)
class TaxRule:
    """What DATEV does with a row that has the key (or is on the Automatikkonto).

    Tax of `rate` percent is contained in the amount and posted whole to `account`. With an
    `owed` account (reverse charge, purchase within the EU) the amount is net; the tax comes on
    top, to `account` as input tax and to `owed` as tax due. A rate of None stands in the row
    itself, beside the EU state.
    """

    rate: Decimal | None
    account: str = ""
    owed: str = ""


FREE_RULE = TaxRule(Decimal(0))


def simple_rule(rate: str, account: str) -> TaxRule:
    return TaxRule(Decimal(rate), account)


def reverse_rule(rate: str, account: str, owed: str) -> TaxRule:
    return TaxRule(Decimal(rate), account, owed)


def state_rule(account: str) -> TaxRule:
    """Tax of another EU state: rate and state are in the row."""
    return TaxRule(None, account)


@dataclass(frozen=True)
class Chart:
    """Tax keys and Automatikkonten of one client, with account numbers in full length.

    `automatic` maps an account to its rule, or to None where the effect is unknown: such an
    account may only be booked with key 40. `net`: the client wants no tax computed by DATEV,
    each entry with tax is booked with explicit rows.
    """

    account_length: int
    keys: Mapping[str, TaxRule] = field(default_factory=dict)
    automatic: Mapping[str, TaxRule | None] = field(default_factory=dict)
    net: bool = False

    def is_personal(self, account: str) -> bool:
        """Personal accounts have one digit more than ledger accounts."""
        return len(account) == self.account_length + 1

    def carrier(self, account: str) -> str:
        """Account that carries the opening balance of `account` forward."""
        if not self.is_personal(account):
            return lengthen(CARRY_LEDGER, self.account_length)
        customer = account[0] < FIRST_SUPPLIER_DIGIT
        return lengthen(CARRY_CUSTOMERS if customer else CARRY_SUPPLIERS, self.account_length)

    @property
    def carriers(self) -> tuple[str, str, str]:
        """The three carry-forward accounts in full length, that of ledger accounts first."""
        numbers = (CARRY_LEDGER, CARRY_CUSTOMERS, CARRY_SUPPLIERS)
        ledger, customers, suppliers = (lengthen(n, self.account_length) for n in numbers)
        return ledger, customers, suppliers


@dataclass(frozen=True)
class Preset:
    """A published chart: its number, keys and automatic accounts by certainty."""

    number: str
    keys: Mapping[str, TaxRule]
    confirmed: Mapping[str, str]
    presumed: Mapping[str, str]

    def key_rules(self, length: int) -> dict[str, TaxRule]:
        """Rules of the keys with tax accounts in `length` digits."""
        return {
            key: TaxRule(
                rule.rate,
                rule.account and lengthen(rule.account, length),
                rule.owed and lengthen(rule.owed, length),
            )
            for key, rule in self.keys.items()
        }

    def automatic_keys(self) -> dict[str, str]:
        """Four-digit account -> tax key, TAX_FREE or UNKNOWN."""
        found: dict[str, str] = {}
        for table in (self.presumed, self.confirmed):
            for key, accounts in table.items():
                found.update(dict.fromkeys(accounts.split(), key))
        return found


def lengthen(account: str, length: int) -> str:
    """Number of a four-digit account in a client with `length` digits."""
    return account.ljust(length, "0")


def shorten(account: str, length: int) -> str:
    """Four-digit number of an account, or "" where it has none in the published chart."""
    tail = account[PRESET_LENGTH:]
    if len(account) != length or tail.strip("0"):
        return ""
    return account[:PRESET_LENGTH]
