# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The situations an importer meets, as a small beekeeper's German shop has them."""

from __future__ import annotations

from dataclasses import dataclass, field

# SKU: title, gross price, rate in Germany, rate in Austria
CATALOGUE = {
    "HON-500": ("Blütenhonig 500 g", "7.99", "0.07", "0.1"),
    "HON-250W": ("Waldhonig 250 g", "5.49", "0.07", "0.1"),
    "KER-1": ("Bienenwachskerze", "12.95", "0.19", "0.2"),
    "LIP-1": ("Lippenpflege Propolis", "4.95", "0.19", "0.2"),
    "GUT-25": ("Geschenkgutschein 25 EUR", "25.00", "", ""),
}
HOME = ("Hanna Lindner", "", "Lindenallee 12", "04109", "Leipzig", "DE")
FRIEND = ("Jakob Lindner", "", "Am Hang 3", "87527", "Sonthofen", "DE")
VIENNA = ("Franz Huber", "", "Rosengasse 8", "1040", "Wien", "AT")
ZURICH = ("Reto Keller", "", "Seeweg 5", "8002", "Zürich", "CH")
SHOP = ("Hanna Lindner", "Naturkost Lindner GmbH", "Lindenallee 12", "04109", "Leipzig", "DE")


@dataclass
class Spec:
    """What makes an order special; everything else follows."""

    note: str
    goods: list[tuple[str, int]]
    code: str = ""
    percent: int = 0
    fixed: str = ""
    free_shipping: bool = False
    freight: str | None = "4.90"
    billing: tuple[str, ...] = HOME
    shipping: tuple[str, ...] | None = HOME
    country: str = "DE"
    currency: str = "EUR"
    net: bool = False
    tip: str = ""
    custom: tuple[str, str, str] | None = None
    guest: bool = False
    test: bool = False
    cancelled: bool = False
    status: str = "PAID"
    tenders: list[tuple[str, str | None]] = field(
        default_factory=lambda: [("shopify_payments", "")]
    )
    removed: int = 0
    refund: bool = False
    bundle: str = ""
    reference: str = ""


SPECS = [
    Spec("ordinary order", [("HON-500", 2), ("HON-250W", 1)]),
    Spec(
        "two rates and ten percent off",
        [("HON-500", 3), ("KER-1", 1), ("LIP-1", 2)],
        code="BLUETE",
        percent=10,
    ),
    Spec(
        "five euros off, spread over the lines",
        [("HON-500", 3), ("HON-250W", 3), ("KER-1", 2)],
        code="FUENFER",
        fixed="5.00",
    ),
    Spec("no freight with a code", [("HON-500", 1)], code="FREI", free_shipping=True),
    Spec("sent to somebody else", [("KER-1", 1)], shipping=FRIEND),
    Spec("with a tip", [("HON-500", 2)], tip="3.00"),
    Spec("a voucher is bought", [("GUT-25", 1)], freight=None, shipping=None),
    Spec(
        "a voucher pays a part",
        [("HON-500", 4), ("LIP-1", 1)],
        tenders=[("gift_card", "25.00"), ("shopify_payments", "")],
    ),
    Spec(
        "to Austria, taxed there",
        [("HON-500", 2), ("KER-1", 1)],
        freight="9.90",
        billing=VIENNA,
        shipping=VIENNA,
        country="AT",
    ),
    Spec(
        "to Switzerland, shown in francs, no tax",
        [("HON-500", 2), ("KER-1", 1)],
        freight="14.90",
        billing=ZURICH,
        shipping=ZURICH,
        country="CH",
        currency="CHF",
    ),
    Spec("a trial by the merchant", [("HON-500", 1)], test=True, tenders=[("bogus", "")]),
    Spec(
        "pays in advance, has not yet", [("HON-250W", 2)], status="PENDING", tenders=[("Bank", "")]
    ),
    Spec(
        "given up before paying",
        [("HON-500", 1), ("KER-1", 1)],
        cancelled=True,
        status="VOIDED",
        tenders=[],
    ),
    Spec(
        "one jar and the freight given back",
        [("HON-500", 3), ("KER-1", 1)],
        code="BLUETE",
        percent=10,
        status="PARTIALLY_REFUNDED",
        refund=True,
    ),
    Spec("one of five taken out later", [("HON-500", 5)], code="BLUETE", percent=20, removed=1),
    Spec("made to measure, no account", [], custom=("Geschenkkorb", "49.00", "0.19"), guest=True),
    Spec(
        "a company, prices without tax",
        [("HON-250W", 10), ("HON-500", 10)],
        net=True,
        billing=SHOP,
        reference="B-2026-17",
    ),
    Spec("a set of two", [("HON-500", 1), ("HON-250W", 1)], bundle="Kennenlernset"),
]
