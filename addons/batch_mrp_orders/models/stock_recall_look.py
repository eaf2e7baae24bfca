# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..recall.spread import affected_lots
from ..tracing.genealogy import Direction

HOLDING_KEY = ("kind", "lot_id", "location_id", "picking_id", "production_id")


class StockRecall(models.Model):
    """What a recall finds: lots, where they are, shipments, customers, in sets."""

    _inherit = "stock.recall"

    def _look(self):
        """Find what is affected now. Rows of an active recall stay, new ones are added."""
        for recall in self:
            # sudo: a recall must be complete, whatever orders and partners its manager may
            # read; what is found is limited to the company of the recall.
            recall = recall.sudo().with_company(recall.company_id)
            recall = recall.with_context(allowed_company_ids=recall.company_id.ids)
            if recall.state == "draft":
                recall.line_ids.unlink()
                recall.holding_ids.unlink()
                recall.customer_ids.unlink()
            recall._add_supplier_lots()
            recall._find_lots()
            recall._find_holdings()
            recall._find_shipments()
            recall._find_balances()
            recall.refreshed_on = fields.Datetime.now()
            recall._stop_clock()

    def _add_supplier_lots(self):
        """Lots of the same products that have come under the supplier's number since."""
        if not self.supplier_lot or self.state != "active":
            return
        lots = self.env["stock.lot"].search(
            self.env["stock.lot"]._get_supplier_lot_domain(self.supplier_lot, self.company_id)
            & Domain("product_id", "in", self.lot_ids.product_id.ids)
            & Domain("id", "not in", self.lot_ids.ids)
        )
        if lots:
            self.lot_ids |= lots

    def _find_lots(self):
        """The suspicious lots and all that was made of them, each with its nearest reason."""
        steps = self.lot_ids._get_genealogy(Direction.DOWNSTREAM)
        cleared = self.line_ids.filtered(lambda line: line.block_state == "cleared").lot_id
        affected = affected_lots(self.lot_ids.ids, steps, cleared._ids)
        known = self.line_ids.lot_id._ids
        runs = self._browse_all("mrp.production", (step.run_id for _lv, step in affected.values()))
        values_list = [self._prepare_root(lot) for lot in self.lot_ids]
        values_list += [
            self._prepare_made(level, step, runs.get(step.run_id))
            for level, step in affected.values()
        ]
        self.env["stock.recall.lot"].create(
            [values for values in values_list if values["lot_id"] not in known]
        )
        self.gap_note = self._get_gap_note(steps)

    def _prepare_root(self, lot):
        reason = self.env._("Suspicious")
        if self.supplier_lot:
            reason = self.env._("Supplier's lot %s", self.supplier_lot)
        return {"recall_id": self.id, "lot_id": lot.id, "level": 0, "reason": reason}

    @api.model
    def _browse_all(self, model, ids):
        """Records by id that are read together."""
        records = self.env[model].browse(dict.fromkeys(filter(None, ids)))
        return {record.id: record for record in records}

    def _prepare_made(self, level, step, run):
        parent = self.env["stock.lot"].browse(step.parent_id)
        unbuild = self.env["mrp.unbuild"].browse(step.unbuild_id)
        return {
            "recall_id": self.id,
            "lot_id": step.lot_id,
            "level": level,
            "production_id": step.run_id,
            "reason": self.env._(
                "Made from %(lot)s in %(document)s",
                lot=parent.name,
                document=unbuild.name or (run and run.name) or self.env._("a repair"),
            ),
        }

    def _get_gap_note(self, steps):
        """Goods without lots: where the trail ends, a person has to look on."""
        gaps = {(step.product_id, step.parent_id, step.run_id): step for step in steps}
        return "\n".join(
            self.env._(
                "%(product)s made from %(lot)s in %(run)s is not tracked by lots: nobody can "
                "tell who got it.",
                product=self.env["product.product"].browse(product).display_name,
                lot=self.env["stock.lot"].browse(lot).name,
                run=self.env["mrp.production"].browse(run).name or "",
            )
            for (product, lot, run), step in gaps.items()
            if step.is_gap
        )

    def _find_holdings(self):
        """Stock by place, and the open transfers and runs that hold it, not seen before."""
        lots = self.line_ids.lot_id
        seen = {
            self._get_holding_key(row) for row in self.holding_ids.read(HOLDING_KEY, load=False)
        }
        values_list = [*self._prepare_stock(lots), *self._prepare_open_lines(lots)]
        self.env["stock.recall.holding"].create(
            [
                {"recall_id": self.id, **values}
                for values in values_list
                if self._get_holding_key(values) not in seen
            ]
        )

    @api.model
    def _get_holding_key(self, values):
        return tuple(values.get(name) or False for name in HOLDING_KEY)

    def _prepare_stock(self, lots):
        groups = self.env["stock.quant"]._read_group(
            [
                ("lot_id", "in", lots.ids),
                ("location_id.usage", "in", ("internal", "transit")),
                ("quantity", ">", 0),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            ["lot_id", "location_id"],
            ["quantity:sum"],
        )
        for lot, location, quantity in groups:
            kind = "stock" if location.usage == "internal" else "transit"
            yield {
                "kind": kind,
                "lot_id": lot.id,
                "location_id": location.id,
                "quantity": quantity,
            }

    def _prepare_open_lines(self, lots):
        totals = defaultdict(float)
        for line in lots._get_open_lines():
            run = line.move_id.raw_material_production_id
            place = (line.lot_id.id, line.location_id.id, line.picking_id.id, run.id)
            kind = "picked" if line.picked else "reserved"
            totals[(kind, *place)] += line.quantity_product_uom
        for (kind, lot, location, picking, run), quantity in totals.items():
            yield {
                "kind": kind,
                "lot_id": lot,
                "location_id": location,
                "picking_id": picking,
                "production_id": run,
                "quantity": quantity,
            }

    # ---------------------------------------------------------------- customers
    def _find_shipments(self):
        """Rows of the shipments and their customers; what came back is brought up to date."""
        lines = {line.lot_id.id: line for line in self.line_ids}
        # A lot that goes back to several suspicious lots was shipped but once.
        found = {
            row.move_line_id: row
            for row in self.lot_ids._get_shipment_lines()
            if row.lot_id in lines
        }
        known = {shipment.move_line_id.id: shipment for shipment in self.shipment_ids}
        fresh = [row for line_id, row in found.items() if line_id not in known]
        customers = self._find_customers(fresh)
        created = self.env["stock.recall.shipment"].create(
            [
                {
                    **self._prepare_shipment(row),
                    "line_id": lines[row.lot_id].id,
                    "customer_id": customers[row.move_line_id].id,
                }
                for row in fresh
            ]
        )
        self._update_returns(found, [*known.values(), *created])

    def _update_returns(self, found, shipments):
        """What came back by returns of the deliveries, and without any reference to them."""
        stray = self._get_stray_returns()
        for shipment in sorted(shipments, key=lambda shipment: (shipment.date, shipment.id)):
            row = found.get(shipment.move_line_id.id)
            if not row:
                continue  # taken back by an edit of the delivery; the record stays as it was
            key = (shipment.lot_id.id, shipment.customer_id.partner_id.id)
            extra = min(stray[key], max(row.quantity - row.returned, Decimal(0)))
            stray[key] -= extra
            values = {
                "quantity": float(row.quantity),
                "returned_qty": float(row.returned + extra),
            }
            if any(shipment[name] != value for name, value in values.items()):
                shipment.write(values)

    def _get_stray_returns(self):
        """Goods of affected lots that customers sent back without a return of their delivery,
        exact, by lot and customer."""
        lines = self.env["stock.move.line"].search(
            [
                ("lot_id", "in", self.line_ids.lot_id.ids),
                ("state", "=", "done"),
                ("company_id", "=", self.company_id.id),
                ("location_id.usage", "=", "customer"),
                ("location_dest_id.usage", "!=", "customer"),
                ("move_id.origin_returned_move_id", "=", False),
            ]
        )
        totals = defaultdict(Decimal)
        for line in lines:
            partner = (line.picking_id.partner_id or line.move_id.partner_id).commercial_partner_id
            totals[line.lot_id.id, partner.id] += Decimal(repr(line.quantity_product_uom))
        return totals

    def _prepare_shipment(self, row):
        return {
            "recall_id": self.id,
            "move_line_id": row.move_line_id,
            "picking_id": row.picking_id,
            "partner_id": row.partner_id,
            "sale_order_id": row.order_id,
            "sale_line_id": row.sale_line_id,
            "date": row.date,
            "quantity": float(row.quantity),
            "returned_qty": float(row.returned),
        }

    def _find_customers(self, rows):
        """The customer of each row, by company or person; new ones get a record.

        :return: ``stock.recall.customer`` by the id of the move line
        """
        orders = self._browse_all("sale.order", (row.order_id for row in rows))
        partners = self._browse_all("res.partner", (row.partner_id for row in rows))
        none = self.env["res.partner"]
        owners, contacts = {}, defaultdict(lambda: none)
        for row in rows:
            ordered = orders[row.order_id].partner_id if row.order_id else none
            recipient = partners.get(row.partner_id, none)
            # Who has got the goods; without a recipient, who ordered them.
            owner = (recipient or ordered).commercial_partner_id
            owners[row.move_line_id] = owner
            contacts[owner] |= ordered | owner | recipient
        customers = {customer.partner_id: customer for customer in self.customer_ids}
        new = [owner for owner in contacts if owner not in customers]
        created = self.env["stock.recall.customer"].create(
            [self._prepare_customer(owner, contacts[owner]) for owner in new]
        )
        customers.update(zip(new, created, strict=True))
        return {line_id: customers[owner] for line_id, owner in owners.items()}

    def _prepare_customer(self, partner, contacts):
        """The one with an e-mail address is written to: who ordered, else who pays or gets."""
        contact = next((person for person in contacts if person.email), contacts[:1])
        phones = [person.phone for person in contact | contacts if person.phone]
        return {
            "recall_id": self.id,
            "partner_id": partner.id,
            "contact_id": contact.id,
            "name": partner.name or contact.name or self.env._("Delivered without a customer"),
            "email": contact.email,
            "phone": phones[0] if phones else False,
            "address": ", ".join(
                line
                for line in contact._display_address(without_company=True).splitlines()
                if line.strip()
            ),
        }

    def _find_balances(self):
        """Where the goods of each lot have gone: its mass balance as of now."""
        balances = self.line_ids.lot_id._get_mass_balances()
        for line in self.line_ids:
            values = self._prepare_balance(balances[line.lot_id.id])
            if any(line[name] != value for name, value in values.items()):
                line.write(values)

    def _prepare_balance(self, amounts):
        return {
            "input_qty": float(amounts.received + amounts.made + amounts.given_back),
            "on_hand_qty": float(amounts.on_hand),
            "consumed_qty": float(amounts.consumed),
            "shipped_qty": float(amounts.shipped),
            "returned_qty": float(amounts.customer_returns),
            "scrapped_qty": float(amounts.scrapped),
            "vendor_returns_qty": float(amounts.vendor_returns),
            "adjusted_qty": float(amounts.adjusted),
            "difference_qty": float(amounts.difference),
        }

    # ---------------------------------------------------------------- the clock
    @api.model
    def _cron_refresh(self):
        """Look again in all companies: goods that were on their way when a recall began."""
        recalls = self.search([("state", "=", "active"), ("rehearsal", "=", False)])
        for position, recall in enumerate(recalls, start=1):
            recall.with_context(lang=recall.company_id.partner_id.lang).action_refresh()
            self.env["ir.cron"]._commit_progress(1, remaining=len(recalls) - position)

    @api.model
    def _look_again_soon(self):
        """Once more in a transaction of its own.

        What somebody shipped at this very moment cannot be seen in the transaction that
        blocks the lots.
        """
        # sudo: the scheduler is the administrators'
        self.env.ref("batch_mrp_orders.ir_cron_refresh_recalls").sudo()._trigger()
