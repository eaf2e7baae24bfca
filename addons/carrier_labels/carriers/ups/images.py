# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Labels to print: UPS sells pictures, printers of offices want PDF."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops
from reportlab.lib.units import inch
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 4 * inch, 6 * inch


def to_pdf(*pictures: bytes) -> bytes:
    """A page of 4 x 6 inches for each picture of a label."""
    target = BytesIO()
    # The same label gives the same file.
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), invariant=1)
    for picture in pictures:
        _draw(canvas, _upright(picture))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _upright(picture: bytes) -> Image.Image:
    """A label as it is read, without the blank strip UPS leaves below it."""
    with Image.open(BytesIO(picture)) as opened:
        image: Image.Image = opened.convert("L")
    if image.width > image.height:
        image = image.transpose(Image.Transpose.ROTATE_270)
    used = ImageChops.invert(image).getbbox()
    tallest = round(image.width * HEIGHT / WIDTH)
    lowest = used[3] if used else 0
    return image.crop((0, 0, image.width, min(image.height, max(tallest, lowest))))


def _draw(canvas: Canvas, image: Image.Image) -> None:
    """As large as the page, at its top, with its own proportions."""
    scale = min(WIDTH / image.width, HEIGHT / image.height)
    width, height = image.width * scale, image.height * scale
    left = (WIDTH - width) / 2
    canvas.drawImage(ImageReader(image), left, HEIGHT - height, width, height)
