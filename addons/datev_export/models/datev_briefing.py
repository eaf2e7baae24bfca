# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the bookkeeper and the advisor should know about an export that is in order."""

from odoo import models

from ..extf import booking, gross
from .datev_run import Run


class DatevBriefing(models.AbstractModel):
    _name = "datev.briefing"
    _description = "What Is Worth Knowing about a DATEV Export"

    def _report_entries(self, run: Run) -> None:
        frame = run.frame
        ids = {code: account_id for account_id, code in frame.accounts.items()}
        for reason, count in run.reasons.most_common():
            run.find(
                "info",
                f"net_{reason.code}",
                self.env._(
                    "%(count)s × not exported gross: %(reason)s",
                    count=count,
                    reason=self._reason_text(reason),
                ),
                account_id=ids.get(reason.account, False),
            )
        for move_id, name, document in frame.renamed:
            run.find(
                "warning" if document else "info",
                "document_renamed",
                self.env._(
                    "%(entry)s shares its document number with another entry and is exported as "
                    "%(document)s.",
                    entry=name,
                    document=document,
                ),
                move_id=move_id,
            )
        if frame.replaced:
            run.find(
                "info",
                "characters",
                self.env._(
                    "Characters that the file cannot hold were replaced: %(list)s",
                    list=", ".join(f"{old} → {new}" for old, new in frame.replaced.items()),
                ),
            )
        if run.foreign:
            run.find(
                "info",
                "foreign",
                self.env._(
                    "%(count)s entries in a foreign currency carry rate and EUR amount.",
                    count=run.foreign,
                ),
            )
        if not frame.count:
            run.find(
                "warning", "nothing_new", self.env._("There is no new posted entry in the period.")
            )

    def _reason_text(self, reason) -> str:
        account, tax = reason.account, reason.tax
        texts = {
            gross.KEY_UNKNOWN: self.env._("no tax key is known for %(tax)s", tax=tax),
            gross.KEY_NOT_SAFE: self.env._(
                "which accounts DATEV posts to with this tax key, or what else it asks for, is "
                "not known for certain (%(tax)s)",
                tax=tax,
            ),
            gross.SEVERAL_TAXES: self.env._("several taxes on one line (%(tax)s)", tax=tax),
            gross.RATE_DIFFERS: self.env._("the tax key of %(tax)s has another rate", tax=tax),
            gross.TARGET_DIFFERS: self.env._(
                "%(tax)s is posted to %(account)s, its tax key posts elsewhere",
                tax=tax,
                account=account,
            ),
            gross.AUTOMATIC_DIFFERS: self.env._(
                "account %(account)s is automatic with another tax than %(tax)s",
                tax=tax,
                account=account,
            ),
            gross.ON_COUNTER: self.env._(
                "%(tax)s on the counter account %(account)s", tax=tax, account=account
            ),
            gross.AMOUNT_DIFFERS: self.env._(
                "the amount of %(tax)s is not that of its rate", tax=tax
            ),
            gross.VAT_MISSING: self.env._(
                "the customer has no VAT number, the key of %(tax)s asks for it", tax=tax
            ),
            gross.TAX_WITHOUT_BASE: self.env._(
                "a tax without its base on %(account)s", account=account
            ),
            gross.NET_WANTED: self.env._("net bookings are chosen in the settings"),
            booking.COST_LOST: self.env._(
                "cost centres that one row cannot hold (%(account)s)", account=account
            ),
            booking.COST_SHARES: self.env._(
                "cost centres of %(account)s that are not 100 %%", account=account
            ),
            booking.NO_COUNTER: self.env._("no counter account without an automatic of its own"),
            booking.ROUNDING: self.env._("rounding that no cut of the rows repairs"),
            booking.TWO_AUTOMATIC: self.env._(
                "two automatic accounts in one row (%(account)s)", account=account
            ),
        }
        return texts[reason.code]
