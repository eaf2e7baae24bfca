# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Labels as DHL prints them: a page that names its parcel."""

from __future__ import annotations


def pdf(*lines: str) -> bytes:
    """A page in A6 with these lines: a complete PDF."""
    shown = "".join(f"1 0 0 1 20 {380 - 24 * n} Tm ({line}) Tj " for n, line in enumerate(lines))
    stream = f"BT /F1 12 Tf {shown}ET".encode("latin-1", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 298 420]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n"
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    return bytes(body)


def zpl(*lines: str) -> str:
    """The same for a label printer."""
    shown = "".join(f"^FO30,{40 + 50 * n}^A0N,32^FD{line}^FS" for n, line in enumerate(lines))
    return f"^XA{shown}^XZ"
