# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from ..channels.base.order import GIFT_CARD_GATEWAY, NO_GATEWAY
from .problems import Problem

# Ways to pay everybody knows, by the beginning of their name in the channel. Whatever is
# not here is for a person to say: whether goods may leave before the money comes is no guess.
KNOWN_METHODS = {
    "gift_card": (GIFT_CARD_GATEWAY, "gift card", "geschenk"),
    "prepayment": (
        *("bank", "vorkasse", "vorauskasse", "überweisung", "prepayment", "money order"),
        *("wire transfer",),
    ),
    "delivery": ("cash on delivery", "cash_on_delivery", "nachnahme"),
    "invoice": ("rechnung", "kauf auf rechnung", "invoice"),
    "online": (
        *("shopify_payments", "shopify payments", "paypal", "klarna", "stripe", "mollie"),
        *(
            "etsy payments",
            "amazon",
            "apple",
            "google",
            "shop_",
            "sofort",
            "giropay",
            "ratepay",
            "bogus",
            "cash",
        ),
    ),
}


def guess_kind(gateway):
    """Kind of a well-known way to pay, or nothing."""
    name = gateway.casefold()
    for kind, beginnings in KNOWN_METHODS.items():
        if name.startswith(beginnings):
            return kind
    return False


class PaymentMap:
    """The channel's ways to pay by name; new ones are added, well-known ones with their kind."""

    def __init__(self, channel, orders):
        self.channel = channel
        self.env = channel.env
        keys = {order.payment_key for order in orders} - {""}
        methods = self.env["sales.channel.method"]
        self.methods = {
            method.gateway: method
            for method in methods.search(
                [("channel_id", "=", channel.id), ("gateway", "in", list(keys))]
            )
        }
        missing = sorted(keys - self.methods.keys())
        # sudo: learning what exists is part of the import, whoever starts it
        created = methods.sudo().create(
            [{"channel_id": channel.id, "gateway": key, "kind": guess_kind(key)} for key in missing]
        )
        self.methods.update(zip(missing, created.sudo(False), strict=True))

    def method_for(self, order):
        """How the customer pays; ``Problem`` if nobody has said what that means."""
        method = self.methods.get(order.payment_key, self.env["sales.channel.method"])
        if method and not method.kind:
            if method.gateway == NO_GATEWAY:
                text = self.env._("The order is not paid and names no way to pay.")
            else:
                text = self.env._("“%s” is a new way to pay.", method.gateway)
            choose = self.env._("Choose what it means under “Payment Methods”.")
            raise Problem("payment", f"{text} {choose}")
        return method


class ShippingMap:
    """The channel's shipping methods by title; new ones are added without a carrier.

    An order without a carrier is complete, so it does not wait for one.
    """

    def __init__(self, channel, orders):
        shippings = channel.env["sales.channel.shipping"]
        titles = {order.shipping_method for order in orders} - {""}
        known = shippings.search([("channel_id", "=", channel.id), ("title", "in", list(titles))])
        self.carriers = {shipping.title: shipping.carrier_id for shipping in known}
        # sudo: learning what exists is part of the import, whoever starts it
        shippings.sudo().create(
            [
                {"channel_id": channel.id, "title": title}
                for title in sorted(titles - self.carriers.keys())
            ]
        )

    def carrier_id_for(self, order):
        """Id of the carrier, or False."""
        carrier = self.carriers.get(order.shipping_method)
        return carrier.id if carrier else False
