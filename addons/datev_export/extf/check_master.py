# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Check the bytes of a master data file: customers and suppliers, accounts, terms."""

from .checker import check_lines
from .master import valid_iban
from .model import Problem
from .rules import Values, check_sender
from .spec import EU_STATES, FORMULA_STARTS, Kind
from .spec_master import ACCOUNTS, PARTNERS, Format

_NAMES_OF_TYPE = {"1": {4, 5}, "2": {2}, "0": {6}}
_IBANS = {45, 56, 67, 78, 89, 169, 180, 191, 202, 213}
_MAIN_BANK = {column + 4 for column in _IBANS}
_CUSTOMERS_ONLY = {108, 110, 111}
_SUPPLIERS_ONLY = set(range(112, 121))


def check_master(content: bytes, kind: Format) -> list[Problem]:
    """Everything that is wrong with a file of master data."""
    seen: set[tuple[str, str]] = set()
    free_text = [column.nr for column in kind.columns if column.kind is Kind.TEXT]

    def row_rules(line: int, values: Values, header: Values) -> list[Problem]:
        problems: list[Problem] = []

        def wrong(column: int, code: str, message: str) -> None:
            problems.append(Problem(line, column, code, message, values.get(column, "")))

        # An account may have a name in each language.
        key = (values.get(1, ""), values.get(3, "") if kind is ACCOUNTS else "")
        if key in seen:
            wrong(1, "twice", "is in the file already")
        seen.add(key)
        for column in free_text:
            if values.get(column, "").startswith(FORMULA_STARTS):
                wrong(column, "formula", "a spreadsheet would run the text")
        length = int(header.get(14, "") or 0) if header.get(14, "").isdigit() else 0
        if kind is PARTNERS:
            _check_partner(values, length, wrong)
        elif kind is ACCOUNTS and len(values.get(1, "")) > length:
            wrong(1, "account_length", "is not a ledger account")
        return problems

    return check_lines(content, kind.header, kind.columns, check_sender, row_rules)


def _check_partner(values: Values, length: int, wrong) -> None:
    account = values.get(1, "")
    if len(account) != length + 1:
        wrong(1, "account_length", "is not a personal account")
    names = {column for column in (2, 4, 5, 6) if column in values}
    # Without a kind of address, DATEV takes a company.
    if names - _NAMES_OF_TYPE.get(values.get(7, "2"), set()):
        wrong(7, "name_fields", "a name of another kind of address is filled")
    if 10 in values and values.get(9, "") not in EU_STATES:
        wrong(9, "eu_state", "a VAT number needs its EU state")
    if 10 in values and values[10][:2] == values.get(9):
        wrong(10, "vat_prefix", "the VAT number repeats its EU state")
    for column in _IBANS & values.keys():
        if not valid_iban(values[column]):
            wrong(column, "iban", "the check digits are wrong")
    if sum(values.get(column) == "1" for column in _MAIN_BANK) > 1:
        wrong(49, "main_bank", "more than one main bank account")
    customer = account[:1] < "7"
    for column in (_SUPPLIERS_ONLY if customer else _CUSTOMERS_ONLY) & values.keys():
        wrong(column, "other_side", "belongs to the other kind of personal account")
