# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How large things must be printed."""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil

# Height of capitals and figures of Helvetica, Arial and Liberation Sans, in ems.
CAPITAL_HEIGHT = Fraction(716, 1000)
# Their mean width in running text, in ems, and the height of a line.
CHARACTER_WIDTH = 0.5
LINE_HEIGHT = 1.15
POINT = 25.4 / 72
# Fertigpackungsverordnung of 2020, § 20: up to so many g or ml, figures of so many mm.
FIGURE_HEIGHTS = ((50, 2), (200, 3), (1000, 4))
LARGEST_FIGURES = 6


def figure_height(content: Fraction) -> int:
    """Height in mm of the figures of a net quantity of ``content`` g or ml."""
    return next((high for most, high in FIGURE_HEIGHTS if content <= most), LARGEST_FIGURES)


def font_size(height: int) -> float:
    """Font size in mm for figures of ``height`` mm."""
    return round(float(height / CAPITAL_HEIGHT), 2)


def text_height(paragraphs: Iterable[str], width: float, points: float) -> float:
    """Estimated height in mm of ``paragraphs`` in a column of ``width`` mm."""
    each_line = max(1, int(width / (CHARACTER_WIDTH * points * POINT)))
    lines = sum(ceil(len(text) / each_line) for text in paragraphs)
    return lines * points * POINT * LINE_HEIGHT
