# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What UPS prints: labels as pictures or for label printers, papers for customs."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from ..base.store import Json


def encoded(content: bytes) -> str:
    """As it is in an answer."""
    return b64encode(content).decode()


def label(label_format: str, number: str, shipment: Json) -> bytes:
    """The label of a parcel."""
    recipient = shipment["ShipTo"]
    where = recipient["Address"]
    lines = (
        recipient["Name"],
        *where["AddressLine"],
        f"{where['CountryCode']} {where.get('PostalCode', '')} {where['City']}",
    )
    if label_format == "GIF":
        return _picture(number, shipment["Service"].get("Description", ""), lines)
    told = "".join(f"^FO40,{200 + 40 * row}^FD{line}^FS" for row, line in enumerate(lines))
    return f"^XA^CI28{told}^FO40,700^BCN,160^FD{number}^FS^XZ\n".encode()


@cache
def _picture(number: str, service: str, lines: tuple[str, ...]) -> bytes:
    """1400 x 800 points: a label that lies on its side, with an empty strip beside it."""
    upright = Image.new("1", (800, 1400), 1)
    draw = ImageDraw.Draw(upright)
    font = ImageFont.load_default(36)
    draw.rectangle((10, 10, 790, 1190), outline=0, width=4)
    draw.text((40, 40), "SANDBOX - NOT A LABEL", 0, font)
    for row, line in enumerate(lines):
        draw.text((40, 160 + 50 * row), line, 0, font)
    draw.text((40, 620), service, 0, font)
    for place, letter in enumerate(number.encode()):
        draw.rectangle((60 + place * 38, 720, 60 + place * 38 + letter % 7 * 4 + 4, 1000), 0)
    draw.text((40, 1040), number, 0, font)
    target = BytesIO()
    upright.transpose(Image.Transpose.ROTATE_90).save(target, "GIF")
    return target.getvalue()


def invoice(forms: Json) -> bytes:
    """A commercial invoice."""
    target = BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.drawString(50, 800, f"COMMERCIAL INVOICE {forms.get('InvoiceNumber', '')}")
    for row, product in enumerate(forms["Product"]):
        unit = product["Unit"]
        told = f"{unit['Number']} x {' '.join(product['Description'])}: {unit['Value']}"
        canvas.drawString(50, 760 - 20 * row, told)
    canvas.showPage()
    canvas.save()
    return target.getvalue()
