# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Price per unit of measure (Grundpreis) of the German Preisangabenverordnung."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

PER = Fraction(1000)  # grams of the kilogram, millilitres of the litre
SMALLEST = Fraction(10)


def base_price(price: Fraction, content: Fraction) -> Decimal | None:
    """Price of 1 kg or 1 l of goods that cost ``price``, in cents rounded half up.

    PAngV of 2022, § 4 (1) and § 5 (1): always for one kilogram or litre. Not required
    where it equals the price itself, and below 10 g or 10 ml (§ 4 (3) no. 1).

    :param content: net quantity in grams or millilitres; where a drained weight is
        declared that one (§ 5 (3))
    """
    if content < SMALLEST or content == PER:
        return None
    exact = price * PER / content
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
