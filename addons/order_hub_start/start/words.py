# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Words with a fixed meaning: units, yes and no, countries; numbers with check digits."""

import re
import unicodedata
from functools import cache

from babel import Locale
from stdnum import ean
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from .problems import Wrong

Choices = dict[str, tuple[str, ...]]  # what is stored: German name first, then other words for it

UNITS: Choices = {
    "unit": (
        "Stück", "Stk", "St", "ST", "Stck", "pcs", "pc", "piece", "pieces", "unit", "units", "ea",
        "Einheit", "Einheiten", "Dose", "Flasche", "Glas", "Tube", "Tiegel", "Beutel",
    ),
    "g": ("g", "gr", "Gramm", "gram", "grams"),
    "kg": ("kg", "Kilo", "Kilogramm", "kilogram", "kgm"),
    "t": ("t", "Tonne", "Tonnen", "to", "ton"),
    "ml": ("ml", "Milliliter", "millilitre", "milliliter"),
    "l": ("l", "Liter", "Ltr", "litre", "liter", "ltr"),
    "cm": ("cm", "Zentimeter"),
    "m": ("m", "Meter", "metre", "meter", "lfm"),
}  # fmt: skip
YES_NO: Choices = {
    "1": ("ja", "j", "x", "1", "wahr", "yes", "y", "true", "aktiv"),
    "0": ("nein", "n", "0", "falsch", "no", "false", "-", "inaktiv"),
}
TRACKING: Choices = {
    "lot": ("Charge", "Chargen", "lot", "lots", "by lots", "batch", "ja", "1", "x", "yes"),
    "serial": ("Seriennummer", "serial", "serial number", "by unique serial number"),
    "none": ("keine", "ohne", "nein", "none", "no", "no tracking", "0"),
}
PRODUCT_KINDS: Choices = {
    "goods": ("Ware", "Artikel", "Produkt", "goods", "product", "lagerartikel", "storable"),
    "service": ("Dienstleistung", "Leistung", "service"),
}
PARTNER_ROLES: Choices = {
    "customer": ("Kunde", "Kunden", "customer", "Debitor", "Auftraggeber"),
    "supplier": ("Lieferant", "Lieferanten", "supplier", "vendor", "Kreditor"),
    "both": ("beides", "Kunde und Lieferant", "both"),
}
LINE_KINDS: Choices = {
    "component": ("Zutat", "Rohstoff", "Komponente", "Packmittel", "component", "ingredient"),
    "byproduct": ("Nebenprodukt", "Kuppelprodukt", "by-product", "byproduct"),
    "step": ("Arbeitsschritt", "Arbeitsgang", "step", "operation", "work step"),
}
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]{2,}")
_TWO_LETTERS = re.compile(r"[A-Z]{2}")


def plain(text: str) -> str:
    """Reduce a word to its letters and digits, umlauts written out: how words are compared."""
    text = unicodedata.normalize("NFKC", text).casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.replace(umlaut, letters)
    return "".join(char for char in text if char.isalnum())


def parse_choice(text: str, choices: Choices) -> str:
    """Find what is stored for a word."""
    wanted = plain(text) or text.strip()
    for value, names in choices.items():
        if wanted in {value, *(plain(name) or name for name in names)}:
            return value
    named = ", ".join(names[0] for names in choices.values())
    raise Wrong("not_choice", value=text, choices=named)


@cache
def _countries() -> dict[str, str]:
    """Give the code of each country by its German and English name and by itself."""
    codes = {"d": "DE", "a": "AT", "uk": "GB", "usa": "US", "holland": "NL", "brd": "DE"}
    for language in ("en", "de"):
        for code, name in Locale(language).territories.items():
            if _TWO_LETTERS.fullmatch(code) and code not in ("EU", "EZ", "UN", "ZZ", "QO"):
                codes[plain(name)] = codes[plain(code)] = code
    return codes


def parse_country(text: str) -> str:
    """Read a country: its ISO code."""
    if code := _countries().get(plain(text)):
        return code
    raise Wrong("not_country", value=text)


def parse_barcode(text: str) -> str:
    """Read a GTIN and check its last digit."""
    digits = re.sub(r"[\s-]", "", text)
    if re.fullmatch(r"[0-9]+[.,][0-9]+E\+?[0-9]+", digits, re.IGNORECASE):
        raise Wrong("rounded_barcode", value=text)
    if re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", digits):
        # The module knows 14, 13, 12 and 8 digits.
        if ean.is_valid(digits):
            return digits
        right = digits[:-1] + ean.calc_check_digit(digits[:-1])
        raise Wrong("not_barcode", value=text, hint=f" ({right}?)")
    raise Wrong("not_barcode", value=text, hint="")


def parse_vat(text: str) -> str:
    """Read a VAT number; those of the European Union by their check digits."""
    number = re.sub(r"[\s./-]", "", text).upper()
    if not _VAT.fullmatch(number):
        raise Wrong("not_vat", value=text)
    if number[:2].lower() not in vat.MEMBER_STATES and number[:2] not in ("EL", "XI"):
        return number
    try:
        return vat.validate(number)
    except ValidationError as error:
        raise Wrong("not_vat", value=text) from error


def parse_email(text: str) -> str:
    """Read one email address."""
    if not _EMAIL.fullmatch(text.strip()):
        raise Wrong("not_email", value=text)
    return text.strip()


def parse_postcode(text: str, country: str) -> str:
    """Read a postcode; a German one has five digits, and the program drops a leading zero."""
    code = text.strip()
    if country != "DE":
        return code
    code = re.sub(r"^D(E)?[\s-]+", "", code, flags=re.IGNORECASE)
    if not re.fullmatch(r"[0-9]{5}", code):
        hint = f" (0{code}?)" if re.fullmatch(r"[0-9]{4}", code) else ""
        raise Wrong("not_postcode", value=text, hint=hint)
    return code


def parse_account(text: str) -> str:
    """Read the number of a debtor or creditor account of DATEV."""
    number = re.sub(r"\s", "", text)
    if not re.fullmatch(r"[1-9][0-9]{4,8}", number):
        raise Wrong("not_account", value=text)
    return number
