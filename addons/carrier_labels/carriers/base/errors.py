# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Why a carrier did not do what it was asked, in the ways a caller reacts to."""

from __future__ import annotations


class CarrierError(Exception):
    """Base of all failures. The message is a sentence a person understands.

    ``template`` is the sentence as it is translated, ``values`` what is filled into it. ``field``
    names what is wrong in the words of our own dataclasses (``recipient.zip``),
    ``code`` what went wrong in a word, for callers that treat it differently.
    """

    def __init__(self, template: str, field: str = "", code: str = "", **values: object) -> None:
        super().__init__(template % values if values else template)
        self.template = template
        self.values = values
        self.field = field
        self.code = code


class CarrierRefused(CarrierError):
    """The carrier says no; nothing was bought.

    But for ``numbers``: of several parcels the carrier has sold these. They have to be voided.
    """

    def __init__(
        self,
        template: str,
        field: str = "",
        code: str = "",
        numbers: tuple[str, ...] = (),
        **values: object,
    ) -> None:
        super().__init__(template, field, code, **values)
        self.numbers = numbers


class CarrierUncertain(CarrierError):
    """It was sent and not answered: it may have been carried out. Never sent again by itself."""


class CarrierBusy(CarrierError):
    """The carrier did not carry it out: too many requests, not reachable. Later it may work.

    ``retry_after`` in seconds, if it said so.
    """

    def __init__(
        self, template: str, retry_after: float = 0.0, code: str = "busy", **values: object
    ) -> None:
        super().__init__(template, code=code, **values)
        self.retry_after = retry_after
