# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What every channel has in common: the order, money, errors, adapters."""

from . import (
    adapter,
    address,
    carriers,
    changes,
    consent,
    credit,
    differences,
    errors,
    events,
    http,
    linetax,
    money,
    order,
    outgoing,
    parcels,
    proof,
    reading,
    state,
)
