# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What DATEV does by itself: tax keys (BU-Schlüssel) and Automatikkonten.

On an Automatikkonto, and on any account booked with a tax key, the amount of a row is gross;
DATEV takes the tax out, rounded half up per row, and posts it to the tax accounts of the
key. Which accounts these are is DATEV's chart, not the accounting software's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

# Marks in the presets instead of a tax key.
TAX_FREE = "free"  # automatic, but without tax (it only feeds the tax return)
UNKNOWN = "unknown"  # automatic, with an effect we do not know: only net rows are safe
# Charts are published with 4 digits; a client with longer accounts fills up with zeros.
PRESET_LENGTH = 4


@dataclass(frozen=True)
class TaxRule:
    """Tax contained in a gross amount: `rate` in percent, posted whole to `account`."""

    rate: Decimal
    account: str = ""


FREE_RULE = TaxRule(Decimal(0))


def simple_rule(rate: str, account: str) -> TaxRule:
    return TaxRule(Decimal(rate), account)


@dataclass(frozen=True)
class Chart:
    """Tax keys and Automatikkonten of one client, with account numbers in full length.

    `automatic` maps an account to its rule, or to None where the effect is unknown: such an
    account may only be booked with key 40.
    """

    account_length: int
    keys: Mapping[str, TaxRule] = field(default_factory=dict)
    automatic: Mapping[str, TaxRule | None] = field(default_factory=dict)

    def is_personal(self, account: str) -> bool:
        """Personal accounts have one digit more than ledger accounts."""
        return len(account) == self.account_length + 1


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
            key: TaxRule(rule.rate, lengthen(rule.account, length))
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
