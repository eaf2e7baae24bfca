# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What was received of a lot, and what has left for customers of all that was made from it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Shipment:
    """One line shipped to a customer, or to another company, as seen from ``root_id``.

    ``lot_id`` is the lot that was shipped: the root or something made from it. ``quantity``
    and ``returned``, what came back of it by a return of its transfer, are in ``uom_id``,
    the unit of the product. ``partner_id`` is who received the goods. Documents the user may
    not read, or that there are none of, are None.
    """

    root_id: int
    lot_id: int
    product_id: int
    uom_id: int
    move_line_id: int
    move_id: int
    picking_id: int | None
    partner_id: int | None
    order_id: int | None
    sale_line_id: int | None
    quantity: Decimal
    returned: Decimal
    date: datetime
    company_id: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line received from a vendor or another company, in the unit of the product."""

    lot_id: int
    product_id: int
    uom_id: int
    move_line_id: int
    picking_id: int | None
    partner_id: int | None
    order_id: int | None
    quantity: Decimal
    date: datetime


def spread_returns(shipments: Iterable[Shipment]) -> list[Shipment]:
    """Give each line its part of what came back of its lot by returns of its move.

    Each line comes with all that came back of its move and lot; the first line takes what it
    had, the next one the rest, so that nothing is counted twice. More than was shipped, which
    a clerk can enter, stays with the last line.
    """
    result: list[Shipment] = []
    left: dict[tuple[int, int, int], Decimal] = {}
    last: dict[tuple[int, int, int], int] = {}
    for shipment in shipments:
        key = (shipment.root_id, shipment.move_id, shipment.lot_id)
        rest = left.setdefault(key, shipment.returned)
        taken = min(rest, shipment.quantity)
        left[key] = rest - taken
        last[key] = len(result)
        result.append(shipment if taken == shipment.returned else replace(shipment, returned=taken))
    for key, position in last.items():
        if left[key]:
            line = result[position]
            result[position] = replace(line, returned=line.returned + left[key])
    return result
