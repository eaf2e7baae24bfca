# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is wrong in a file, where, and what to write instead.

The sentences are English; whoever shows them passes a function that translates them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _lt(text: str) -> str:
    """Mark a sentence for translation."""
    return text


# A code, what is wrong, what to write instead.
TEXTS: dict[str, tuple[str, str]] = {
    # The file
    "file_empty": (
        _lt("The file is empty."),
        _lt("Upload a file with a heading row and rows below."),
    ),
    "file_large": (
        _lt("The file is larger than %(limit)s MB."),
        _lt("Split the table into several files."),
    ),
    "file_bomb": (
        _lt("The file unpacks to more than a spreadsheet needs."),
        _lt("Copy the rows into a new spreadsheet and save it as XLSX."),
    ),
    "file_markup": (
        _lt("The file holds markup that a spreadsheet never has."),
        _lt("Copy the rows into a new spreadsheet and save it as XLSX."),
    ),
    "file_protected": (
        _lt("The file is an old XLS file or protected with a password."),
        _lt("Save it as XLSX without a password."),
    ),
    "file_other": (_lt("The file is neither XLSX nor CSV."), _lt("Save it as XLSX or CSV.")),
    "file_broken": (
        _lt("The file cannot be read: %(reason)s"),
        _lt("Open it in your spreadsheet program and save it as XLSX once more."),
    ),
    "too_many_rows": (
        _lt("The sheet has more than %(limit)s rows."),
        _lt("Split it into several files."),
    ),
    # The headings
    "no_heading": (
        _lt("No row has the headings of this table."),
        _lt("Write the headings of the template into the first row, at least: %(columns)s."),
    ),
    "missing_column": (
        _lt("The column is missing."),
        _lt("Add a column with the heading “%(heading)s”."),
    ),
    "double_column": (
        _lt("Two columns mean the same, here and in column %(other)s."),
        _lt("Delete one of them."),
    ),
    "row_longer": (
        _lt("The row has more cells than the heading, so they may be under the wrong headings."),
        _lt("Put texts and numbers that hold the delimiter into quotes, or upload XLSX."),
    ),
    # A cell
    "missing": (_lt("The cell is empty."), _lt("Fill it in, for example: %(example)s.")),
    "formula": (_lt("The cell holds a formula."), _lt("Copy the column and paste it as values.")),
    "cell_error": (_lt("The cell holds the error %(value)s."), _lt("Write the value itself.")),
    "too_long": (_lt("The text has more than %(limit)s characters."), _lt("Shorten it.")),
    "control": (_lt("The text holds invisible control characters."), _lt("Type it anew.")),
    "not_number": (_lt("“%(value)s” is not a number."), _lt("Write a number such as 1.234,56.")),
    "ambiguous_number": (
        _lt("“%(value)s” can be %(first)s or %(second)s."),
        _lt("Write it without a thousands separator and with two or four decimals."),
    ),
    "unit_in_number": (
        _lt("“%(value)s” holds a number and a unit."),
        _lt("Write the number alone and the unit into the column for units."),
    ),
    "negative": (_lt("The number is below zero."), _lt("Write a number from zero.")),
    "not_positive": (_lt("The number is not above zero."), _lt("Write a number above zero.")),
    "too_large": (_lt("The number is too large."), _lt("Write a number below %(limit)s.")),
    "too_fine": (_lt("The number has more than %(limit)s decimals."), _lt("Round it.")),
    "not_percent": (
        _lt("“%(value)s” is not a percentage."),
        _lt("Write it such as 19 %% or 12,5 %%."),
    ),
    "ambiguous_percent": (
        _lt("%(value)s can be %(first)s %% or %(second)s %%."),
        _lt("Write it with the percent sign."),
    ),
    "not_date": (_lt("“%(value)s” is not a date."), _lt("Write day, month and year: 31.12.2026.")),
    "ambiguous_date": (
        _lt("“%(value)s” can be %(first)s or %(second)s."),
        _lt("Write day, month and year with points: 31.12.2026."),
    ),
    "date_number": (
        _lt("%(value)s is a bare number, not a date."),
        _lt("Format the column as a date; as such it would be %(date)s."),
    ),
    "date_range": (_lt("The year %(value)s cannot be."), _lt("Write a year from 1990 to 2100.")),
    "not_days": (_lt("“%(value)s” is not a period."), _lt("Write days, or such as “18 Monate”.")),
    "not_choice": (_lt("“%(value)s” is not known here."), _lt("Write one of: %(choices)s.")),
    "not_country": (
        _lt("“%(value)s” is not a country."),
        _lt("Write its name or its code, such as DE."),
    ),
    "not_postcode": (
        _lt("“%(value)s” is not a German postcode."),
        _lt("Write five digits%(hint)s into a column formatted as text, or the country beside it."),
    ),
    "not_barcode": (
        _lt("“%(value)s” is not a valid GTIN (EAN)."),
        _lt("Write 8, 12, 13 or 14 digits%(hint)s."),
    ),
    "rounded_barcode": (
        _lt("“%(value)s” has been rounded by the spreadsheet program."),
        _lt("Format the column as text and type the digits anew."),
    ),
    "not_vat": (
        _lt("“%(value)s” is not a valid VAT number."),
        _lt("Write it such as DE136695976."),
    ),
    "not_account": (
        _lt("“%(value)s” is not the number of a personal account."),
        _lt("Write five to nine digits, such as 10001."),
    ),
    "not_email": (
        _lt("“%(value)s” is not an email address."),
        _lt("Write it such as name@firma.de."),
    ),
    # Rows together
    "double_key": (
        _lt("“%(value)s” is already in row %(other)s."),
        _lt("Keep one of the two rows."),
    ),
    "differs": (
        _lt("“%(value)s” differs from “%(before)s” in row %(other)s of the same %(key)s."),
        _lt("Write the same in all its rows."),
    ),
    "needs": (
        _lt("This row also needs the column “%(heading)s”."),
        _lt("Fill it in: %(example)s."),
    ),
    "circle": (_lt("The recipe contains itself: %(path)s."), _lt("Take one of them out.")),
}


class Wrong(Exception):
    """A value that cannot be read; `code` is one of `TEXTS`."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `row` counts from 1 as the spreadsheet does; 0 is no row."""

    code: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    heading: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    def what(self, translate: Callable[[str], str] = str) -> str:
        """Say what is wrong."""
        return translate(TEXTS[self.code][0]) % self.details

    def instead(self, translate: Callable[[str], str] = str) -> str:
        """Say what to write instead."""
        return translate(TEXTS[self.code][1]) % self.details
