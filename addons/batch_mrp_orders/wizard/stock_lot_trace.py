# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import groupby

from ..tracing.genealogy import Direction, grow

KINDS = [
    ("root", "Start"),
    ("lot", "Lot"),
    ("gap", "Not Tracked"),
    ("receipt", "Received"),
    ("shipment", "Shipped"),
]


class StockLotTrace(models.TransientModel):
    """A genealogy as it stood when it was opened: to look at, to count, to print."""

    _name = "stock.lot.trace"
    _description = "Genealogy"

    direction = fields.Selection(
        [("upstream", "Made From"), ("downstream", "Went Into")], required=True
    )
    lot_ids = fields.Many2many("stock.lot", string="Lots", required=True)
    line_ids = fields.One2many("stock.lot.trace.line", "trace_id")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    @api.depends("direction", "lot_ids.display_name")
    def _compute_display_name(self):
        for trace in self:
            names = ", ".join(trace.lot_ids.mapped("display_name"))
            if trace.direction == "upstream":
                trace.display_name = self.env._("What is in %s", names)
            else:
                trace.display_name = self.env._("What became of %s", names)

    @api.model
    def _open(self, lots, direction):
        """Trace ``lots`` and show the result."""
        trace = self.create(
            {"direction": direction.value, "lot_ids": [Command.set(lots._origin.ids)]}
        )
        trace._fill()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "batch_mrp_orders.stock_lot_trace_line_action"
        )
        name = trace.display_name
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": [("trace_id", "=", trace.id)],
        }

    def _fill(self):
        """Write the lines, each level in one go."""
        values_list = self._get_lines_values()
        ids = {}
        for _level, numbers in groupby(range(len(values_list)), lambda n: values_list[n]["level"]):
            for number in numbers:
                parent = values_list[number]["parent_id"]
                values_list[number]["parent_id"] = ids.get(parent, False)
            lines = self.env["stock.lot.trace.line"].create(
                [values_list[number] for number in numbers]
            )
            ids.update(zip(numbers, lines.ids, strict=True))

    def _get_lines_values(self):
        """Values of all lines in the order of the tree; parents are positions in this list."""
        lots = self.lot_ids
        direction = Direction(self.direction)
        nodes = grow(lots.ids, lots._get_genealogy(direction))
        documents = self._get_documents(direction, nodes)
        balances = lots._get_mass_balances()
        values_list, positions = [], {}
        for number, node in enumerate(nodes):
            positions[number] = len(values_list)
            values_list.append(self._prepare_line(node, positions.get(node.parent), balances))
            for values in documents.pop((node.root_id, node.lot_id), []):
                values_list.append(
                    {
                        **values,
                        "level": node.level + 1,
                        "parent_id": positions[number],
                        "root_lot_id": node.root_id,
                    }
                )
        for sequence, values in enumerate(values_list):
            values.update(sequence=sequence, trace_id=self.id)
        return values_list

    def _prepare_line(self, node, parent, balances):
        step = node.step
        values = {
            "kind": "root" if not step else "lot" if step.lot_id else "gap",
            "level": node.level,
            "parent_id": parent,
            "root_lot_id": node.root_id,
            "lot_id": node.lot_id,
        }
        if not step:
            lot = self.lot_ids.filtered(lambda lot: lot.id == node.lot_id)
            quantity = balances[lot.id].total_in
            return values | {"product_id": lot.product_id.id, "quantity": quantity}
        return values | {
            "product_id": step.product_id,
            "quantity": step.quantity,
            "production_id": step.run_id,
            "unbuild_id": step.unbuild_id,
            "date": step.date,
        }

    def _get_documents(self, direction, nodes):
        """Values of the deliveries at the ends of the trail, by (root, lot)."""
        result = defaultdict(list)
        if direction is Direction.DOWNSTREAM:
            for shipment in self.lot_ids._get_shipment_lines():
                result[shipment.root_id, shipment.lot_id].append(
                    {
                        **self._prepare_document(shipment),
                        "kind": "shipment",
                        "sale_order_id": shipment.order_id,
                        "returned_qty": shipment.returned,
                    }
                )
            return result
        roots = defaultdict(set)
        for node in nodes:
            if node.lot_id:
                roots[node.lot_id].add(node.root_id)
        for receipt in self.env["stock.lot"].browse(roots)._get_receipt_lines():
            values = self._prepare_document(receipt)
            for root in roots[receipt.lot_id]:
                result[root, receipt.lot_id].append(
                    {**values, "kind": "receipt", "purchase_order_id": receipt.order_id}
                )
        return result

    def _prepare_document(self, line):
        return {
            "lot_id": line.lot_id,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "picking_id": line.picking_id,
            "partner_id": line.partner_id,
            "date": line.date,
        }


class StockLotTraceLine(models.TransientModel):
    _name = "stock.lot.trace.line"
    _description = "Genealogy Line"
    _order = "trace_id, sequence, id"
    _parent_name = "parent_id"

    trace_id = fields.Many2one("stock.lot.trace", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer()
    level = fields.Integer(aggregator=None, help="Steps away from where the search began.")
    parent_id = fields.Many2one("stock.lot.trace.line", "Before", ondelete="cascade", index=True)
    child_ids = fields.One2many("stock.lot.trace.line", "parent_id")
    kind = fields.Selection(KINDS, required=True)
    root_lot_id = fields.Many2one("stock.lot", "Search Began At")
    lot_id = fields.Many2one("stock.lot")
    is_blocked = fields.Boolean(related="lot_id.is_blocked")
    product_id = fields.Many2one("product.product")
    quantity = fields.Float(
        digits="Product Unit", aggregator=None, help="In the unit of the product."
    )
    total_qty = fields.Float(
        "Total Quantity",
        related="quantity",
        store=True,
        aggregator="sum",
        help="The quantity as it is added up: only goods of one product make a sum.",
    )
    returned_qty = fields.Float("Returned", digits="Product Unit", aggregator=None)
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    production_id = fields.Many2one("mrp.production", "Run")
    unbuild_id = fields.Many2one("mrp.unbuild", "Taken Apart")
    picking_id = fields.Many2one("stock.picking", "Transfer")
    partner_id = fields.Many2one("res.partner", "From / To")
    sale_order_id = fields.Many2one("sale.order")
    purchase_order_id = fields.Many2one("purchase.order")
    date = fields.Datetime()
    reference = fields.Char(compute="_compute_reference", help="The document that moved the goods.")

    @api.depends("lot_id", "product_id", "kind")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.lot_id.name or line.product_id.display_name

    @api.depends("production_id", "unbuild_id", "picking_id", "sale_order_id", "purchase_order_id")
    def _compute_reference(self):
        for line in self:
            # Numbers of documents are no secret of whoever may see the lots.
            document = line.sudo()
            names = (
                document.production_id.name,
                document.unbuild_id.name,
                document.picking_id.name,
                document.sale_order_id.name,
                document.purchase_order_id.name,
            )
            line.reference = " · ".join(name for name in names if name)

    def action_print(self):
        """The whole tree on paper, whatever is selected."""
        trace = self.trace_id or self.search([], limit=1, order="id desc").trace_id
        report = self.env.ref("batch_mrp_orders.action_report_stock_lot_trace")
        return report.report_action(trace)

    def action_open_document(self):
        """Open what the line stands for: a transfer, a run or a lot."""
        self.ensure_one()
        record = self.picking_id or self.production_id or self.unbuild_id or self.lot_id
        return (record or self.product_id).get_formview_action()
