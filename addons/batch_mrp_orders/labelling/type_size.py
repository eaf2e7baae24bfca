# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How large things must be printed."""

from fractions import Fraction

# Height of capitals and figures of Helvetica, Arial and Liberation Sans, in ems.
CAPITAL_HEIGHT = Fraction(716, 1000)
# Fertigpackungsverordnung of 2020, § 20: up to so many g or ml, figures of so many mm.
FIGURE_HEIGHTS = ((50, 2), (200, 3), (1000, 4))
LARGEST_FIGURES = 6


def figure_height(content: Fraction) -> int:
    """Height in mm of the figures of a net quantity of ``content`` g or ml."""
    return next((high for most, high in FIGURE_HEIGHTS if content <= most), LARGEST_FIGURES)


def font_size(height: int) -> float:
    """Font size in mm for figures of ``height`` mm."""
    return round(float(height / CAPITAL_HEIGHT), 2)
