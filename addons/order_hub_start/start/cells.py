# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a file is read into: sheets of rows of cells."""

from dataclasses import dataclass
from datetime import date, datetime

from .problems import Wrong

MAX_BYTES = 20 * 2**20
MAX_ROWS = 50_000  # with something in them
MAX_COLUMNS = 120
MAX_TEXT = 32_767  # as in a spreadsheet program

Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Cell:
    """A cell as stored; `format` is its number format, `formula` and `error` are never values."""

    value: Value = None
    format: str = "General"
    formula: bool = False
    error: bool = False

    @property
    def text(self) -> str:
        """Give the cell as the text a person sees; whole numbers without decimals."""
        if isinstance(self.value, bool):
            return "1" if self.value else "0"
        if isinstance(self.value, int | float):
            return self._digits()
        return "" if self.value is None else str(self.value).strip()

    def _digits(self) -> str:
        """Write a number out; a format of zeros alone keeps leading zeros."""
        if isinstance(self.value, float) and not self.value.is_integer():
            return f"{self.value:.15g}".replace(".", ",")
        digits = str(int(self.value))
        zeros = self.format if set(self.format) == {"0"} else ""
        return digits.zfill(len(zeros))


@dataclass(frozen=True)
class Sheet:
    """A sheet with its rows that are not empty: row number and cells."""

    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def filled(cells: tuple[Cell, ...]) -> bool:
    """Say whether a row has anything in it."""
    return any(cell.text for cell in cells)


def check_count(rows: int) -> None:
    """Refuse more rows than one import takes."""
    if rows > MAX_ROWS:
        raise Wrong("too_many_rows", limit=MAX_ROWS)
