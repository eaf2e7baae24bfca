# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import namedtuple

from stdnum.eu import vat as vat_number

from .problems import Problem

Parties = namedtuple("Parties", "partner invoice delivery")
NO_MAIL = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


def _fold(text):
    return " ".join((text or "").split()).casefold()


def customer_key(order):
    """Who the customer is to the channel.

    A company on the invoice is a customer of its own, even if the same person ordered
    privately before. Then the account counts, then the e-mail; guests without one are
    told apart by their address, and orders without any data by themselves.
    """
    customer, billing = order.customer, order.billing
    account = customer.external_id or _fold(customer.email)
    if billing.company:
        return f"company|{account}|{_fold(billing.company)}|{_fold(billing.zip)}"
    if customer.external_id:
        return f"account|{customer.external_id}"
    if customer.email:
        return f"mail|{_fold(customer.email)}"
    address = billing if not billing.is_empty else order.shipping
    if not address.is_empty:
        return "guest|" + "|".join(address.key)
    return withheld_key(order)


def withheld_key(order):
    """Stands for the customer of an order until the channel says who it is."""
    return f"withheld|{order.external_id}"


def is_anonymous(order):
    """True if nothing in the order says who it is for, or where it goes although it should."""
    return order.address_withheld or (
        order.billing.is_withheld
        and order.shipping.is_withheld
        and not order.customer.name
        and not order.customer.email
    )


class PartnerFinder:
    """Customers and addresses of a chunk: found in sets, missing ones made in sets."""

    def __init__(self, channel, orders):
        self.channel = channel
        self.env = channel.env
        self.partners = self.env["res.partner"].with_context(**NO_MAIL)
        self.countries = self._load_countries(orders)
        installed = self.env["res.lang"].get_installed()
        self.languages = {code.split("_")[0]: code for code, _name in installed}
        self.mains = self._mains({customer_key(order): order for order in orders})
        self.contacts = self._load_contacts()
        self._make_contacts(orders)

    def _load_countries(self, orders):
        codes = {
            address.country_code
            for order in orders
            for address in (order.billing, order.shipping)
            if address.country_code
        }
        countries = self.env["res.country"].search([("code", "in", list(codes))])
        return {country.code: country for country in countries}

    def check(self, order):
        """``Problem`` if a country  does not exist."""
        for address in (order.billing, order.shipping):
            if address.country_code and address.country_code not in self.countries:
                raise Problem(
                    "country", self.env._("The country “%s” is unknown.", address.country_code)
                )

    # Customers

    def _mains(self, orders):
        """Customer of each key. One that was withheld and is known now is filled in."""
        links = self._links([*orders, *map(withheld_key, orders.values())])
        found = {}
        for key, order in orders.items():
            link = links.get(key) or links.get(withheld_key(order))
            if link:
                found[key] = link.partner_id
                self._fill(link, order)
        linked = {key: partner for key, partner in found.items() if key not in links}
        missing = {key: order for key, order in orders.items() if key not in found}
        if missing:
            linked |= self._new_mains(missing)
        self.env["sales.channel.partner"].create(
            [
                {
                    "channel_id": self.channel.id,
                    "external_key": key,
                    "partner_id": partner.id,
                    "is_placeholder": is_anonymous(orders[key]),
                }
                for key, partner in linked.items()
            ]
        )
        return found | linked

    def _links(self, keys):
        links = self.env["sales.channel.partner"].search(
            [("channel_id", "=", self.channel.id), ("external_key", "in", keys)]
        )
        return {link.external_key: link for link in links}

    def _fill(self, link, order):
        """Write what the channel tells of a customer now and did not tell before."""
        partner = link.partner_id.with_context(**NO_MAIL)
        if link.is_placeholder and not is_anonymous(order):
            vals = self._main_vals(order)
            link.is_placeholder = False
            partner.write({name: value for name, value in vals.items() if value})
        elif order.vat and partner.is_company and not partner.vat:
            partner.vat = order.vat

    def _new_mains(self, missing):
        """Persons known by e-mail, and new customers for the others."""
        by_mail = self._by_mail(missing.values())
        linked = {
            key: by_mail[_fold(order.customer.email)]
            for key, order in missing.items()
            if not order.billing.company and _fold(order.customer.email) in by_mail
        }
        new = [key for key in missing if key not in linked]
        created = self.partners.create([self._main_vals(missing[key]) for key in new])
        linked.update(zip(new, created, strict=True))
        return linked

    def _by_mail(self, orders):
        """Persons already known by e-mail, the oldest of each."""
        mails = {_fold(order.customer.email) for order in orders if order.customer.email}
        partners = self.partners.search(
            [
                *self.partners._check_company_domain(self.channel.company_id),
                ("email_normalized", "in", list(mails)),
                ("parent_id", "=", False),
                ("is_company", "=", False),
            ],
            order="id desc",
        )
        return {partner.email_normalized: partner for partner in partners}

    def _main_vals(self, order):
        customer, address = order.customer, order.billing
        if address.is_empty:
            address = order.shipping
        name = (
            address.company
            or customer.name
            or address.name
            or customer.email
            or self.env._("Customer of %s", order.name)
        )
        vals = {
            "name": name,
            "is_company": bool(address.company),
            "vat": order.vat if address.company and vat_number.is_valid(order.vat) else False,
            "email": customer.email or False,
            "phone": customer.phone or address.phone or False,
            "lang": self.languages.get(customer.locale.split("-")[0].split("_")[0])
            or self.env.lang,
        }
        # A person who sends the bill to somebody else gets no address from it.
        if address.company or _fold(address.name) in ("", _fold(name)):
            vals |= self._postal(address)
        return vals

    def _postal(self, address):
        country = self.countries.get(address.country_code)
        state = (
            country
            and address.state_code
            and country.state_ids.filtered(lambda state: state.code == address.state_code)
        )
        return {
            "street": address.street or False,
            "street2": address.street2 or False,
            "zip": address.zip or False,
            "city": address.city or False,
            "country_id": country.id if country else False,
            "state_id": state.id if state else False,
        }

    # Addresses

    @staticmethod
    def _partner_key(partner):
        return tuple(
            _fold(part)
            for part in (
                partner.name,
                partner.street,
                partner.street2,
                partner.zip,
                partner.city,
                partner.country_id.code,
            )
        )

    def _contact_name(self, main, address):
        """Name on the parcel: the company comes first unless it is the customer."""
        person = address.name or main.name
        if not address.company:
            return person
        if main.is_company and _fold(main.name) == _fold(address.company):
            return main.name
        return f"{address.company}, {person}" if address.name else address.company

    def _address_key(self, main, address):
        parts = (address.street, address.street2, address.zip, address.city)
        name = self._contact_name(main, address)
        return tuple(_fold(part) for part in (name, *parts, address.country_code))

    def _load_contacts(self):
        mains = self.partners.concat(*self.mains.values())
        children = self.partners.search([("parent_id", "in", mains.ids)], order="id desc")
        contacts = {(child.parent_id.id, self._partner_key(child)): child for child in children}
        contacts |= {(main.id, self._partner_key(main)): main for main in mains}
        return contacts

    def _wanted(self, order):
        """Addresses of an order with their use; an absent one follows the other."""
        billing, shipping = order.billing, order.shipping
        if shipping.is_empty:
            shipping = billing
        if billing.is_empty:
            billing = shipping
        return (("invoice", billing), ("delivery", shipping))

    def _make_contacts(self, orders):
        missing = {}
        for order in orders:
            main = self.mains[customer_key(order)]
            for kind, address in self._wanted(order):
                key = (main.id, self._address_key(main, address))
                if not address.is_empty and key not in self.contacts and key not in missing:
                    missing[key] = self._contact_vals(main, kind, address)
        created = self.partners.create(list(missing.values()))
        self.contacts.update(zip(missing, created, strict=True))

    def _contact_vals(self, main, kind, address):
        return {
            "parent_id": main.id,
            "type": kind,
            "name": self._contact_name(main, address),
            "phone": address.phone or False,
            "lang": main.lang,
            **self._postal(address),
        }

    def parties(self, order):
        """Customer, invoice address and delivery address of an order."""
        main = self.mains[customer_key(order)]
        found = [
            self.contacts[main.id, self._address_key(main, address)]
            if not address.is_empty
            else main
            for _kind, address in self._wanted(order)
        ]
        return Parties(main, *found)
