# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging

import psycopg2

from odoo import models
from odoo.exceptions import UserError

from .stock_picking_check import Problem

_logger = logging.getLogger(__name__)

# What the label itself still has to settle does not stop its purchase.
NO_LABEL = {"state", "done", "hold", "address", "lot", "weight", "label"}


class StockPicking(models.Model):
    """Shipping in sets: what fails is narrowed down to single deliveries, the others leave."""

    _inherit = "stock.picking"

    # --------------------------------------------------------------------- actions
    def action_ship(self):
        """Ship these deliveries; see ``stock.ship.run``."""
        return self.env["stock.ship.run"]._start(self, "ship").action_open()

    def action_ship_partial(self):
        """Ship what is there; the rest becomes a delivery of its own."""
        return self.env["stock.ship.run"]._start(self, "ship", partial=True).action_open()

    def action_buy_desk_labels(self):
        """Buy the labels of these deliveries."""
        return self.env["stock.ship.run"]._start(self, "labels").action_open()

    def action_print_papers(self):
        """Labels and delivery slips of these deliveries in one file, in the order of the list;
        labels for label printers go to theirs.
        """
        self.printed = True
        report = self.env.ref("order_fulfilment.action_report_shipping_papers")
        action = report.report_action(self)
        raw = self.filtered(lambda picking: picking._has_raw_labels())
        if not raw:
            return action
        if printer := self._label_printer():
            printer.print_document(None, raw._get_label_file()[1], doc_format="raw")
            text = self.env._("The labels come out of the label printer.")
            return self._tell(text, next=action)
        text = self.env._(
            "Not in this file: %s labels for a label printer. Get them with Print Labels in the "
            "menu of actions.",
            len(raw),
        )
        return self._tell(text, "warning", sticky=True, next=action)

    def action_pack(self):
        """Pack a delivery into several parcels."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pack %s", self.name),
            "res_model": "stock.picking.pack",
            "view_mode": "form",
            "target": "new",
            "context": {"default_picking_id": self.id},
        }

    # ---------------------------------------------------------------------- labels
    def _buy_labels_in_set(self):
        """Buy what is not bought; why a delivery has no label, by delivery."""
        refused = self._get_stops(lambda problem: problem.kind in NO_LABEL)
        return refused | self._without(refused)._buy_missing_labels()

    def _buy_missing_labels(self):
        wanted = self.browse(
            picking.id
            for picking in self
            if picking.label_provider and not picking.carrier_tracking_ref
        )
        told = wanted.action_buy_labels() if wanted else {}
        return {picking_id: [Problem("label", why)] for picking_id, why in told.items() if why}

    def _get_stops(self, stops):
        """Problems by delivery, of those that stop what is to be done."""
        found = {
            picking_id: [problem for problem in problems if stops(problem)]
            for picking_id, problems in self._find_ship_problems().items()
        }
        return {picking_id: problems for picking_id, problems in found.items() if problems}

    def _without(self, refused):
        return self.browse(picking_id for picking_id in self.ids if picking_id not in refused)

    # -------------------------------------------------------------------- shipping
    def _ship_in_sets(self, partial=False):
        """Ship; why a delivery has not left, by delivery.

        :param partial: leave behind what is not there, as a delivery of its own
        """
        # The lines of another's run refer to these deliveries; that alone locks nobody out.
        mine = self.try_lock_for_update(allow_referencing=True)
        busy = Problem("busy", self.env._("Somebody else is working on this delivery right now"))
        refused = {picking.id: [busy] for picking in self - mine}
        mine.invalidate_recordset()  # what others have done up to the lock
        refused |= mine._get_stops(lambda problem: not (partial and problem.kind == "missing"))
        refused |= mine._without(refused)._buy_missing_labels()
        mine._without(refused)._validate_in_sets(refused)
        return refused

    def _validate_in_sets(self, refused):
        """Validate; what cannot be is found by halves and put into ``refused``."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._validate_set()
        except psycopg2.OperationalError:
            raise  # a lock or a conflict: the whole is tried again
        except Exception as error:  # noqa: BLE001 - whatever one delivery has, the others leave
            self.env.invalidate_all()
            if len(self) == 1:
                refused[self.id] = [Problem("error", self._get_error_text(error))]
                return
            middle = len(self) // 2
            self[:middle]._validate_in_sets(refused)
            self[middle:]._validate_in_sets(refused)

    def _validate_set(self):
        """As the button does, without its questions: what they are about was looked at before."""
        self.with_context(skip_backorder=True, skip_expired=True).button_validate()
        if any(picking.state != "done" for picking in self):
            raise UserError(self.env._("Odoo asks something: open the delivery and validate it."))

    def _get_error_text(self, error):
        if isinstance(error, UserError):
            return str(error)
        _logger.exception("Delivery %s could not be shipped", self.name)
        return self.env._("Unexpected error: %s", error)

    # -------------------------------------------------------------------- printing
    def _has_raw_labels(self):
        """Whether the labels are in the language of label printers."""
        documents = self._get_label_documents() if self.label_provider else []
        return any(name.endswith(".zpl") for name, _content in documents)

    def _get_label_pages(self):
        """PDF labels by delivery; those for label printers are printed by themselves."""
        pages = {}
        for picking in self.filtered("label_provider"):
            documents = picking._get_label_documents()
            pdfs = [content for name, content in documents if name.endswith(".pdf")]
            if pdfs:
                pages[picking.id] = pdfs
        return pages
