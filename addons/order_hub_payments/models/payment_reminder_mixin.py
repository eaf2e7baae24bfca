# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import models


class PaymentReminderMixin(models.AbstractModel):
    """What an invoice and an order have in common where customers are reminded of them."""

    _name = "payment.reminder.mixin"
    _description = "Customers Are Reminded of It"

    def _get_reminder_due_date(self):
        """The date from which days are counted."""
        raise NotImplementedError

    def _prepare_reminder_item(self):
        """Values of the item in the reminder."""
        raise NotImplementedError

    def _get_remindable_domain(self, company, today):
        """What is overdue and may be reminded of."""
        raise NotImplementedError

    def _get_reminder_partner_domain(self, partner_ids):
        """The records of these commercial partners."""
        raise NotImplementedError

    def _get_reminder_partner(self):
        """The address a reminder goes to."""
        raise NotImplementedError

    def _get_reminder_partners(self):
        """The records by customer and currency, as ``{(partner, currency): records}``."""
        groups = defaultdict(self.browse)
        for record in self:
            partner = record._get_reminder_partner().commercial_partner_id
            groups[partner, record.currency_id] |= record
        return dict(groups)

    def _get_reminder_address(self):
        """The invoice address of the customer, or where the first document went."""
        first = self[:1]._get_reminder_partner()
        address = first.commercial_partner_id.address_get(["invoice"])["invoice"]
        invoice_address = first.browse(address)
        return invoice_address if invoice_address.email else first

    def _get_next_reminder_level(self, levels, today):
        self.ensure_one()
        raised = self.reminder_line_ids.filtered("level_id").sorted(
            lambda line: (line.level_id.sequence, line.level_id.id)
        )[-1:]
        since = (today - raised.date).days if raised else 0
        overdue = (today - self._get_reminder_due_date()).days
        return levels._get_next(raised.level_id, overdue, since)

    def _find_also_overdue(self, company, partners, today):
        """All overdue records of these customers, by customer and currency."""
        ids = [partner.id for partner, _currency in partners]
        records = self.search(
            self._get_remindable_domain(company, today) & self._get_reminder_partner_domain(ids)
        )
        return records._get_reminder_partners()
