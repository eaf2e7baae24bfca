# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Products from a spreadsheet: our trial run, import and second import, beside core's own import.

500 and then 5,000 products with unit, prices, VAT, shelf life and lots, from CSV text. Core's is
`product.template.load` with the same values and external ids, which is what its import screen
calls: it checks no numbers, no barcodes, no rates, and says nothing of what is there already.
"""

import base64
from typing import Any

import _common

HEADINGS = (
    "Artikelnummer;Bezeichnung;Einheit;Verkaufspreis (netto);Einkaufspreis;MwSt;MHD Tage;"
    "Chargenpflicht"
)
FIELDS = [
    "id",
    "default_code",
    "name",
    "type",
    "is_storable",
    "uom_id/.id",
    "list_price",
    "standard_price",
    "taxes_id/.id",
    "use_expiration_date",
    "expiration_time",
    "tracking",
]


def benchmark(env: Any) -> None:
    _import(env, "warm", 20)
    for count in (500, 5000):
        print(f"\n{count} products")
        _import(env, f"B{count}", count)
        taken = _common.measure(env, lambda count=count: _load(env, f"C{count}", count))
        _common.show("core: load", taken, count)


def _import(env: Any, prefix: str, count: int) -> None:
    record, taken = None, {}
    text = "\n".join(
        [
            HEADINGS,
            *(
                f"{prefix}-{n};Seife {n};Stück;{n % 90 + 1},50;2,20;19 %;540;Charge"
                for n in range(count)
            ),
        ]
    )
    for step in ("trial run", "import", "trial run of the same file"):
        if step != "import":
            record = env["order.hub.import"].create(
                {"table": "products", "file": base64.b64encode(text.encode())}
            )
        call = record._import if step == "import" else record.action_check
        taken[step] = _common.measure(env, call)
        if prefix != "warm":
            _common.show(f"ours: {step}", taken[step], count)
    if record.same_count != count:
        raise RuntimeError(
            record.row_ids.filtered(lambda row: row.verdict != "same").mapped("text")
        )


def _load(env: Any, prefix: str, count: int) -> None:
    unit = env.ref("uom.product_uom_unit").id
    tax = env.company.account_sale_tax_id.id
    rows = [
        [
            f"__import__.{prefix}_{n}",
            f"{prefix}-{n}",
            f"Seife {n}",
            "consu",
            "1",
            str(unit),
            f"{n % 90 + 1}.50",
            "2.20",
            str(tax),
            "1",
            "540",
            "lot",
        ]
        for n in range(count)
    ]
    result = env["product.template"].load(FIELDS, rows)
    if not result["ids"]:
        raise RuntimeError(result["messages"])
    env.flush_all()


if __name__ == "__main__":
    _common.run(benchmark)
