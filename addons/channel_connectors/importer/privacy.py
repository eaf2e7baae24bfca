# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)

# What tells who a partner is, besides the name.
CONTACT = ("email", "phone", "website", "comment")
ADDRESS = ("street", "street2", "zip", "city", "vat")


class CustomerData:
    """Everything we hold of one customer of a channel, or of all of them (``rows`` is None)."""

    def __init__(self, channel, links, rows, reference=""):
        self.channel = channel
        self.env = channel.env
        self.reference = reference
        everything = [("channel_id", "=", channel.id)]
        if rows is None:
            links = self.env["sales.channel.partner"].search(everything)
            rows = self.env["sales.channel.order"].search(everything)
        self.links, self.rows = links, rows
        self.orders = rows.sale_order_id
        self.partners = links.partner_id | self.orders.partner_id

    def _contacts(self, partners):
        """The partners with their addresses."""
        model = self.env["res.partner"].with_context(active_test=False)
        return model.search([("id", "child_of", partners.ids)])

    def collect(self):
        """What we know, as a person can read it."""
        fields = ["name", *CONTACT, *ADDRESS]
        return {
            "customer": self.reference,
            "contacts": [
                {**dict(zip(fields, row, strict=True)), "country": contact.country_id.name or ""}
                for contact in self._contacts(self.partners)
                for row in [[contact[name] or "" for name in fields]]
            ],
            "orders": [self._order(order) for order in self.orders],
            "received_from_the_channel": [row.payload for row in self.rows],
        }

    @staticmethod
    def _order(order):
        return {
            "order": order.name,
            "channel_order": order.client_order_ref,
            "date": order.date_order,
            "total": order.amount_total,
            "currency": order.currency_id.name,
            "note": order.channel_note or "",
            "lines": [
                {
                    "name": line.name,
                    "wishes": line.channel_wishes or "",
                    "quantity": line.product_uom_qty,
                    "total": line.price_total,
                }
                for line in order.order_line
                if not line.display_type
            ],
            "invoices": order.invoice_ids.mapped("name"),
        }

    def erase(self):
        """Erase the customer; says line by line what was erased and what has to stay."""
        report = []
        self._erase_rows()
        report.append(self.env._("%s received orders emptied of personal data", len(self.rows)))
        self.orders.write({"channel_note": False, "note": False})
        self.orders.order_line.filtered("channel_wishes").write({"channel_wishes": False})
        self.orders.channel_refund_ids.write({"note": False})
        for partner in self.partners.commercial_partner_id:
            report.append(self._erase_partner(partner))
        self.links.unlink()
        return report

    def _erase_rows(self):
        adapter = self.channel._adapter_class()
        for row in self.rows:
            content = row.content and {**row.content, "billing": "", "shipping": ""}
            row.write(
                {
                    "payload": row.payload and adapter.redact(row.payload),
                    "content": content,
                    "completion": False,
                    "customer_name": False,
                }
            )

    def _erase_partner(self, partner):
        """Erase a partner who is known through this channel only."""
        contacts = self._contacts(partner)
        # sudo: who else knows the partner does not depend on who erases it
        others = (
            self.env["sale.order"]
            .sudo()
            .search_count(
                [("partner_id", "in", contacts.ids), ("channel_id", "!=", self.channel.id)], limit=1
            )
        )
        users = self.env["res.users"].sudo().with_context(active_test=False)
        if others or users.search_count([("partner_id", "in", contacts.ids)], limit=1):
            return self.env._("%s kept: also known apart from this channel", partner.display_name)
        invoices = (
            self.env["account.move"]
            .sudo()
            .search([("commercial_partner_id", "=", partner.id), ("state", "=", "posted")])
        )
        on_invoices = invoices.partner_id | invoices.partner_shipping_id
        contacts.message_ids.sudo().unlink()
        contacts.write(dict.fromkeys(CONTACT, False))
        number = partner.id
        erased = contacts - on_invoices - (partner if invoices else partner.browse())
        name = self.env._("Erased customer %s", number)
        erased.write({**dict.fromkeys(ADDRESS, False), "name": name})
        contacts.write({"active": False})
        if invoices:
            return self.env._(
                "Customer %(number)s: name and address stay on %(count)s invoices, which the law "
                "makes us keep; all else is erased",
                number=number,
                count=len(invoices),
            )
        return self.env._("Customer %s erased", number)
