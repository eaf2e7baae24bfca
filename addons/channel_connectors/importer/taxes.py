# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal
from functools import cached_property

from stdnum.eu import vat as vat_number

from ..channels.base.order import LineKind
from .problems import Problem

# Lines that carry no tax by their nature: a multi-purpose voucher is taxed when it is
# used, a tip is a gift, a rounding difference is no supply.
UNTAXED_KINDS = (LineKind.GIFT_CARD, LineKind.TIP, LineKind.ROUNDING)


def percent(rate):
    """Fraction to percent with four digits, as the mapping stores it."""
    return float((Decimal(rate) * 100).quantize(Decimal("0.0001")))


class TaxKeys:
    """What the taxes of a line are mapped by: country code, percent, price mode, kind.

    Goods without any tax are taxed at zero, which has a reason (export, a business customer
    in another member state, exemption) and so needs a mapping like every other rate.
    """

    def __init__(self, channel):
        self.channel = channel
        self.default = channel.default_country_id.code or ""
        self.home = channel.company_id.account_fiscal_country_id.code or ""

    @cached_property
    def _partners_in_union(self):
        """Codes of the other member states."""
        home = self.channel.company_id.account_fiscal_country_id
        members = self.channel.env.ref("base.europe").country_ids
        return set((members - home).mapped("code")) if home in members else set()

    def of(self, order, line):
        """Keys of a line, none for lines that carry no tax by their nature."""
        country, included = order.destination or self.default, order.taxes_included
        if not order.taxes_told:
            # Taxed as at home until somebody knows where the goods go.
            country = country or self.home
            return [(country, percent(tax.at_home), included, "product") for tax in line.taxes]
        if line.taxes:
            return [
                (country, percent(t.rate), included, "marketplace" if t.channel_liable else "own")
                for t in line.taxes
            ]
        if line.kind in UNTAXED_KINDS:
            return []
        business = order.vat and country in self._partners_in_union
        return [(country, 0.0, included, "business" if business else "own")]


def row_key(row):
    """Key of a mapping row."""
    return row.country_id.code, round(row.rate, 4), row.price_include, row.kind


class TaxMap:
    """The channel's mapping rows by key; what is missing is added, for a person to fill."""

    def __init__(self, channel, orders=()):
        self.channel = channel
        self.env = channel.env
        self.keys = TaxKeys(channel)
        self.rows = {row_key(row): row for row in channel.tax_ids}
        self.add({key for o in orders for line in o.lines for key in self.keys.of(o, line)})

    def add(self, keys):
        """Rows without a tax for the keys nobody has met yet."""
        missing = sorted(key for key in keys if key not in self.rows and key[0])
        if not missing:
            return
        countries = self.env["res.country"].search([("code", "in", [key[0] for key in missing])])
        by_code = {country.code: country for country in countries}
        missing = [key for key in missing if key[0] in by_code]
        # sudo: to say what is missing is part of the import; choosing a tax is not
        rows = self.env["sales.channel.tax"].sudo()
        created = rows.create(
            [
                {
                    "channel_id": self.channel.id,
                    "country_id": by_code[country].id,
                    "rate": rate,
                    "price_include": included,
                    "kind": kind,
                }
                for country, rate, included, kind in missing
            ]
        )
        self.rows.update(zip(missing, created.sudo(False), strict=True))

    def rows_for(self, order, line):
        """Mapping rows of a line's taxes; ``Problem`` if one is missing."""
        found = []
        for key in self.keys.of(order, line):
            if not key[0]:
                raise Problem("address", self._no_country())
            if key[3] == "business" and not vat_number.is_valid(order.vat):
                raise Problem("address", self._wrong_vat(order))
            row = self.rows.get(key)
            if not row or not row.tax_id:
                raise Problem("tax", self._missing(key, line))
            found.append(row)
        return found

    def _no_country(self):
        return self.env._(
            "The order names no country, and the tax depends on it. Complete the address, or "
            "set “Country without Address” in the channel."
        )

    def _wrong_vat(self, order):
        return self.env._(
            "No tax was charged, but “%s” is no valid VAT number of the European Union. Ask the "
            "customer, then complete the address.",
            order.vat,
        )

    def _missing(self, key, line):
        country, rate, included, kind = key
        mode = self.env._("price contains tax") if included else self.env._("tax on top")
        values = {"rate": f"{rate:g}", "country": country, "mode": mode}
        if kind == "business":
            reason = self.env._(
                "No tax is mapped for businesses with a VAT number in %(country)s (%(mode)s).",
                **values,
            )
        elif kind == "marketplace":
            reason = self.env._(
                "The marketplace owes the tax of %(rate)s %% to %(country)s (%(mode)s), and "
                "nothing is mapped for that.",
                **values,
            )
        elif kind == "product":
            reason = self.env._(
                "Goods taxed at %(rate)s %% here went to %(country)s, and nobody has said which "
                "tax they have there (%(mode)s).",
                **values,
            )
        else:
            reason = self.env._(
                "No tax is mapped for %(rate)s %% to %(country)s (%(mode)s).", **values
            )
        needed = self.env._("It is needed for “%s”. Choose one in the channel's taxes.", line.title)
        return f"{reason} {needed}"
