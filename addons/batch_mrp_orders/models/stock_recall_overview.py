# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import get_lang

from ..planning.quantity import exact
from ..recall.csv_table import number_text, write_table


class StockRecall(models.Model):
    """Figures of a recall, ways to its rows, and the list of its customers as a file."""

    _inherit = "stock.recall"

    lot_count = fields.Integer("Number of Affected Lots", compute="_compute_counts")
    shipment_count = fields.Integer("Number of Shipments", compute="_compute_counts")
    customer_count = fields.Integer("Number of Customers", compute="_compute_counts")
    uninformed_count = fields.Integer("To Be Informed", compute="_compute_counts")
    order_count = fields.Integer("Number of Orders", compute="_compute_counts")
    open_line_count = fields.Integer("Open Transfers and Runs", compute="_compute_counts")
    recovery_rate = fields.Float(
        "Recovered",
        compute="_compute_recovery_rate",
        help="Share of the shipped goods that came back; with several units the lowest one.",
    )
    customer_csv = fields.Binary("Customer List", compute="_compute_customer_csv")

    @api.depends("line_ids", "shipment_ids", "customer_ids.state", "holding_ids")
    def _compute_counts(self):
        lots = self._count("stock.recall.lot")
        shipments = self._count("stock.recall.shipment")
        customers = self._count("stock.recall.customer")
        uninformed = self._count(
            "stock.recall.customer", [("state", "in", ("to_phone", "to_send", "failed"))]
        )
        orders = self._count("stock.recall.shipment", aggregate="sale_order_id:count_distinct")
        for recall in self:
            key = recall._origin
            recall.lot_count = lots.get(key, 0)
            recall.shipment_count = shipments.get(key, 0)
            recall.customer_count = customers.get(key, 0)
            recall.uninformed_count = uninformed.get(key, 0)
            recall.order_count = orders.get(key, 0)
            recall.open_line_count = sum(recall.line_ids.lot_id.mapped("open_line_count"))

    def _count(self, model, domain=(), aggregate="__count"):
        return dict(
            self.env[model]._read_group(
                [("recall_id", "in", self.ids), *domain], ["recall_id"], [aggregate]
            )
        )

    @api.depends("shipment_ids.quantity", "shipment_ids.returned_qty")
    def _compute_recovery_rate(self):
        for recall in self:
            recall.recovery_rate = float(recall.shipment_ids._get_recovery_rate() or 0)

    # ------------------------------------------------------------------ buttons
    def _view_rows(self, name, model, **values):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "list"), (False, "pivot"), (False, "form")],
            "domain": [("recall_id", "in", self.ids)],
            **values,
        }

    def action_view_lots(self):
        return self._view_rows(self.env._("Affected Lots"), "stock.recall.lot")

    def action_view_holdings(self):
        return self._view_rows(self.env._("Where It Is"), "stock.recall.holding")

    def action_view_shipments(self):
        return self._view_rows(self.env._("Shipments"), "stock.recall.shipment")

    def action_view_customers(self):
        return self._view_rows(self.env._("Customers"), "stock.recall.customer")

    def action_view_orders(self):
        return self._view_rows(
            self.env._("Orders"),
            "sale.order",
            views=[(False, "list"), (False, "form")],
            domain=[("id", "in", self.shipment_ids.sale_order_id.ids)],
        )

    def action_view_open_lines(self):
        return self.line_ids.lot_id.action_view_open_lines()

    def action_view_common_lots(self):
        """Which ingredients do the suspicious lots have in common?"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ingredients in Common"),
            "res_model": "stock.recall.ingredients",
            "view_mode": "form",
            "target": "new",
            "context": {"default_recall_id": self.id},
        }

    def action_view_notify(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Notify Customers"),
            "res_model": "stock.recall.notify",
            "view_mode": "form",
            "target": "new",
            "context": {"default_recall_id": self.id},
        }

    # ------------------------------------------------------------------- report
    def _get_percent(self, share):
        return f"{number_text(round(exact(share) * 100, 1), get_lang(self.env).decimal_point)} %"

    def _get_course(self):
        """What happened when, for the report: [(moment, event)]."""
        self.ensure_one()
        told = self.customer_ids.filtered("informed_on").mapped("informed_on")
        events = [
            (self.started_on, self.env._("Started by %s", self.create_uid.name)),
            (self.listed_on, self.env._("Customer list complete")),
            (self.activated_on, self._get_activation_text()),
            (min(told, default=None), self.env._("First customer informed")),
            (max(told, default=None), self.env._("Last customer informed")),
            (self.authority_informed_on, self.env._("Authority informed")),
            (self.closed_on, self._get_end_text()),
        ]
        return sorted((event for event in events if event[0]), key=lambda event: event[0])

    def _get_activation_text(self):
        name = self.activated_by_id.name
        if self.rehearsal:
            return self.env._("Rehearsal begun by %s", name)
        return self.env._("Lots blocked by %s", name)

    def _get_end_text(self):
        if self.state == "cancelled":
            return self.env._("Undone by %s", self.closed_by_id.name)
        return self.env._("Closed by %s", self.closed_by_id.name)

    # ---------------------------------------------------------- list of customers
    def action_export_customers(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/stock.recall/{self.id}/customer_csv?"
            + urlencode({"download": "true", "filename": self._get_csv_name()}),
            "target": "download",
        }

    def _get_csv_name(self):
        return self.env._("%s customers.csv", self.name.replace("/", "-"))

    @api.depends("shipment_ids", "customer_ids")
    def _compute_customer_csv(self):
        # Files come as base64 unless the client asks for their sizes.
        for recall in self:
            recall.customer_csv = base64.b64encode(recall._get_customer_list())

    def _get_customer_list(self):
        """One row a shipment, with contact data, as a CSV file."""
        self.ensure_one()
        rows = [self._get_csv_row(row) for row in self.shipment_ids]
        return write_table(self._get_csv_header(), rows, get_lang(self.env).decimal_point)

    def _get_csv_header(self):
        return [
            self.env._("Recall"),
            self.env._("Customer"),
            self.env._("Contact"),
            self.env._("E-Mail"),
            self.env._("Phone"),
            self.env._("Address"),
            self.env._("Delivered To"),
            self.env._("Order"),
            self.env._("Customer Reference"),
            self.env._("Delivery"),
            self.env._("Shipped On"),
            self.env._("Product"),
            self.env._("Lot"),
            self.env._("Best Before"),
            self.env._("Shipped"),
            self.env._("Came Back"),
            self.env._("Unit"),
            self.env._("Status"),
            self.env._("Informed On"),
            self.env._("Informed By"),
            self.env._("Result"),
        ]

    def _get_csv_row(self, row):
        customer, order = row.customer_id, row.sale_order_id
        states = dict(customer._fields["state"]._description_selection(self.env))
        ways = dict(customer._fields["way"]._description_selection(self.env))
        return [
            *(self.display_name, customer.name, customer.contact_id.name, customer.email),
            *(customer.phone, customer.address, row.partner_id.display_name, order.name),
            *(order.client_order_ref, row.picking_id.name, self._get_day(row.date)),
            *(row.product_id.display_name, row.lot_id.name),
            *(self._get_day(row.lot_id.expiration_date), exact(row.quantity)),
            *(exact(row.returned_qty), row.uom_id.name, states.get(customer.state)),
            *(self._get_day(customer.informed_on), ways.get(customer.way), customer.result),
        ]

    def _get_day(self, moment):
        if not moment:
            return ""
        return format_date(self.env, fields.Datetime.context_timestamp(self, moment).date())

    def _keep_customer_list(self):
        """The list as it was at the end, as an attachment."""
        self.message_post(
            body=self.env._("Closed. The customer list is attached."),
            attachments=[(self._get_csv_name(), self._get_customer_list())],
        )

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recall"),
            "res_model": "stock.recall",
            "res_id": self.id,
            "views": [(False, "form")],
        }

    @api.model
    def _get_complaint_action(self, context):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complaint"),
            "res_model": "stock.recall.complaint",
            "view_mode": "form",
            "target": "new",
            "context": context,
        }
