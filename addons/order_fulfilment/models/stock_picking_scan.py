# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..fulfilment.scan import looks_like_tracking, parse


class StockPicking(models.Model):
    """What a scan at the ship desk does.

    A delivery, an order, a batch or a package brings its deliveries to the front and ticks them.
    A product or a lot counts as a piece of the delivery in hand; without one it finds the next
    delivery that waits for it. A number of a parcel is kept where no carrier gives one.
    """

    _inherit = "stock.picking"

    @api.model
    def ship_desk_scan(self, code, current_id=False):
        """Take a scanned code.

        :param current_id: the delivery in hand
        :return: ``message``, ``kind`` (success, info or danger), ``ticked`` deliveries, the
            delivery ``current`` in hand, whether the list has ``changed``
        """
        scan = parse(code)
        current = self.browse(current_id or ()).exists()
        try:
            with self.env.cr.savepoint():
                return (
                    self._scan_delivery(scan)
                    or self._scan_goods(scan, current)
                    or self._scan_tracking(scan, current)
                    or self._told(self.env._("%s is not known here.", code), "danger", current)
                )
        except UserError as error:
            return self._told(str(error), "danger", current)

    def _told(self, message, kind, current, ticked=(), changed=False):
        return {
            "message": message,
            "kind": kind,
            "ticked": list(ticked),
            "current": current._prepare_desk_card() if current else False,
            "changed": changed,
        }

    def _prepare_desk_card(self):
        """What the desk shows of the delivery in hand."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "order": self.origin or "",
            "customer": self.partner_id.display_name or "",
            "carrier": self.carrier_id.name or "",
            "tracking": self.carrier_tracking_ref or "",
            "box": self.batch_sequence if self.batch_id else 0,
            "problem": self.ship_problem or "",
            "lines": [line._prepare_desk_line() for line in self._get_open_lines()],
        }

    # ------------------------------------------------------------------ deliveries
    def _scan_delivery(self, scan):
        found = self._find_scanned_deliveries(scan)
        if not found:
            return None
        ready = found.filtered(lambda picking: picking.state == "assigned")
        if not ready:
            texts = dict(self._fields["state"]._description_selection(self.env))
            message = self.env._(
                "%(delivery)s: %(state)s", delivery=found[0].name, state=texts[found[0].state]
            )
            return self._told(message, "danger", found[:1])
        if len(ready) > 1:
            message = self.env._("%s deliveries", len(ready))
            return self._told(message, "success", self.browse(), ready.ids)
        problem = ready.ship_problem
        kind = "danger" if problem else "success"
        return self._told(problem or ready.name, kind, ready, () if problem else ready.ids)

    def _find_scanned_deliveries(self, scan):
        """Deliveries by their own number, that of the order, the batch or a package."""
        outgoing = Domain("picking_type_code", "=", "outgoing")
        for domain in (
            Domain("name", "=ilike", self._escape(scan.text)),
            Domain("origin", "=ilike", self._escape(scan.text)),
            Domain("sale_id.client_order_ref", "=", scan.text),
            Domain("batch_id.name", "=ilike", self._escape(scan.text)),
            Domain("move_line_ids.result_package_id.name", "in", [scan.text, scan.sscc or False]),
            Domain("carrier_tracking_ref", "=", scan.text),
        ):
            # sudo: whoever ships need not see the orders; the deliveries are checked below
            found = self.sudo().search(outgoing & domain, order="batch_sequence, id")
            visible = self.search([("id", "in", found.ids)], order="batch_sequence, id")
            if visible:
                waiting = visible.filtered(lambda picking: picking.state not in ("done", "cancel"))
                return waiting or visible
        return self.browse()

    @staticmethod
    def _escape(text):
        return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")

    # ----------------------------------------------------------------------- goods
    def _scan_goods(self, scan, current):
        """A piece of the delivery in hand, or of the next one that waits for it."""
        products = self.env["product.product"].search(
            Domain("barcode", "in", scan.product_codes) | Domain("default_code", "=", scan.text)
        )
        lot_name = scan.lot or scan.text
        wanted = Domain("name", "=", lot_name)
        if products:
            wanted &= Domain("product_id", "in", products.ids)
        lots = self.env["stock.lot"].search(wanted) if scan.lot or not products else None
        if not products and not lots:
            return None
        products |= lots.product_id if lots else products
        if current and current.state == "assigned":
            lines = current._get_open_lines().filtered(lambda line: line.product_id in products)
            return current._count_piece(lines, products, scan, lots)
        return self._find_next(products, lots)

    def _count_piece(self, lines, products, scan, lots):
        """Count a piece in the line that waits for it."""
        self.ensure_one()
        if not lines:
            raise UserError(
                self.env._(
                    "%(product)s does not belong into %(delivery)s.",
                    product=products[:1].display_name,
                    delivery=self.name,
                )
            )
        right = lines.filtered(lambda line: line.lot_id in lots) if lots is not None else lines
        if not right:
            raise UserError(
                self.env._(
                    "%(product)s: lot %(wrong)s instead of %(right)s.",
                    product=lines[0].product_id.display_name,
                    wrong=scan.lot or scan.text,
                    right=", ".join(lines.lot_id.mapped("name")),
                )
            )
        waiting = right.filtered(lambda line: line._get_missing_scans())[:1]
        if not waiting:
            raise UserError(
                self.env._("Too many: all of %s is scanned.", right[0].product_id.display_name)
            )
        waiting.scanned_qty += min(1, waiting._get_missing_scans())
        problem = self.ship_problem
        return self._told(
            problem or self.env._("%s is complete.", self.name),
            "info" if problem else "success",
            self,
            () if problem else self.ids,
        )

    def _find_next(self, products, lots):
        """The delivery that waits longest for these goods and nothing else, then any other."""
        wanted = Domain("product_id", "in", products.ids) & Domain("quantity", ">", 0)
        if lots:
            wanted &= Domain("lot_id", "in", lots.ids)
        waiting = self.search(
            self._get_ready_domain() & Domain("move_line_ids", "any", wanted),
            order="priority desc, scheduled_date, id",
            limit=100,
        )
        problems = waiting._find_ship_problems()
        good = [picking for picking in waiting if picking.id not in problems]
        good = [p for p in good if not any(p.move_line_ids.mapped("scanned_qty"))]
        good.sort(key=lambda picking: len(picking.move_line_ids.product_id) > 1)
        if not good:
            message = self.env._("No delivery waits for %s.", products[:1].display_name)
            return self._told(message, "danger", self.browse())
        found = good[0]
        lines = found._get_open_lines().filtered(
            lambda line: line.product_id in products and (not lots or line.lot_id in lots)
        )
        return found._count_piece(lines, products, None, None)

    # -------------------------------------------------------------------- tracking
    def _scan_tracking(self, scan, current):
        """The number of a parcel for which no label is bought here."""
        code = scan.sscc and f"00{scan.sscc}" or scan.text
        if not current or current.label_provider or not looks_like_tracking(code):
            return None
        if current.state not in ("assigned", "done"):
            return None
        numbers = [part for part in (current.carrier_tracking_ref or "").split(",") if part]
        if code not in numbers:
            current.carrier_tracking_ref = ",".join([*numbers, code])
        message = self.env._("%(delivery)s: parcel %(number)s", delivery=current.name, number=code)
        return self._told(message, "success", current, current.ids, changed=True)
