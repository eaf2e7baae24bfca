# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.tools import SQL

# States in which there is, or may be, a label that has been paid for and is to be used.
LIVING = ("asked", "bought", "uncertain", "used")


class CarrierLabel(models.Model):
    """One attempt to buy the label of one delivery.

    The row is written and committed, in a transaction of its own, before the carrier is asked:
    what is bought is bought, whatever becomes of the transaction it was bought for. It knows its
    delivery by number only. A foreign key would fail on a delivery that is not committed yet, and
    would wait for who has locked it: the very transaction that waits for the label.
    """

    _name = "carrier.label"
    _description = "Shipping Label"
    _order = "id desc"
    _rec_name = "reference"

    res_model = fields.Char(default="stock.picking", required=True)
    res_id = fields.Many2oneReference(
        "Delivery Number", model_field="res_model", required=True, index=True
    )
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", compute="_compute_picking_id", search="_search_picking_id"
    )
    reference = fields.Char(
        required=True, readonly=True, help="What the carrier was told: look for it in its portal."
    )
    state = fields.Selection(
        [
            ("asked", "Asked For"),
            ("bought", "Bought"),
            ("refused", "Refused"),
            ("uncertain", "Uncertain"),
            ("used", "Used"),
            ("unwanted", "To Be Cancelled"),
            ("voided", "Cancelled"),
        ],
        required=True,
        default="asked",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    account_id = fields.Many2one("carrier.label.account", required=True, ondelete="restrict")
    carrier_id = fields.Many2one("delivery.carrier", "Delivery Method", ondelete="set null")
    provider = fields.Selection(related="account_id.provider")
    digest = fields.Char(help="Of what was ordered: the same label is not bought twice.")
    product = fields.Char("Product of the Carrier")
    recipient = fields.Char()
    label_format = fields.Char()
    ship_date = fields.Date()
    parcels = fields.Integer(default=1)
    ahead = fields.Boolean(help="Bought before the delivery was validated.")
    moment = fields.Datetime("Asked At", default=fields.Datetime.now)
    numbers = fields.Char("Tracking Numbers", help="One for each parcel, joined by commas.")
    return_numbers = fields.Char()
    shipment = fields.Char("Shipment at the Carrier")
    price = fields.Float()
    currency_id = fields.Many2one("res.currency")
    warnings = fields.Text()
    error = fields.Text(help="Why the label was refused, or why it is not used.")
    incomplete = fields.Boolean(help="Of several parcels, the carrier has sold only some.")
    void_error = fields.Text("Why It Is Not Cancelled")
    void_unheard = fields.Boolean(help="Cancelling was asked for and nobody has heard the answer.")
    void_asked = fields.Datetime("Cancellation Asked At")
    void_tries = fields.Integer("Cancellations Tried")
    document_ids = fields.One2many(
        "ir.attachment", "res_id", "Documents", domain=[("res_model", "=", "carrier.label")]
    )

    _unique_reference = models.Constraint("UNIQUE(reference)", "A reference is used once.")
    _one_living = models.UniqueIndex(
        "(res_model, res_id) WHERE state IN ('asked', 'bought', 'uncertain', 'used')",
        "A delivery has one label.",
    )

    @api.depends("res_id")
    def _compute_picking_id(self):
        pickings = self.env["stock.picking"].browse(self.mapped("res_id")).exists()
        known = set(pickings.ids)
        for label in self:
            label.picking_id = label.res_id if label.res_id in known else False

    def _search_picking_id(self, operator, value):
        pickings = self.env["stock.picking"]._search([("id", operator, value)])
        return [("res_id", "in", pickings)]

    @api.model
    def _latest(self, picking_ids):
        """The last attempt of each delivery that has one, by delivery."""
        if not picking_ids:
            return {}
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (res_id) res_id, id FROM carrier_label
                 WHERE res_model = 'stock.picking' AND res_id = ANY(%s)
                 ORDER BY res_id, id DESC
                """,
                list(picking_ids),
            )
        )
        labels = self.browse([label for _picking, label in rows])
        return dict(zip([picking for picking, _label in rows], labels, strict=True))

    def _state_for(self, picking):
        """The state of the last attempt of a delivery, as its people see it."""
        self.ensure_one()
        if self.state == "bought" and self._carried_by(picking):
            return "used"
        if self.state in ("unwanted", "voided"):
            return "refused" if self.incomplete else "none"
        return self.state

    def _replaced(self):
        """Numbers this delivery had before and that may be printed already."""
        former = self.search(
            [
                ("res_model", "=", self.res_model),
                ("res_id", "=", self.res_id),
                ("id", "<", self.id),
                ("state", "=", "unwanted"),
                ("incomplete", "=", False),
            ]
        )
        return [label.numbers for label in former]

    @api.model
    def _states_sql(self):
        """The same as a query: deliveries with the state of their last attempt."""
        return SQL(
            """
            SELECT DISTINCT ON (label.res_id) label.res_id AS picking_id,
                   CASE WHEN label.state = 'bought' AND string_to_array(label.numbers, ',')
                             <@ string_to_array(picking.carrier_tracking_ref, ',') THEN 'used'
                        WHEN label.state NOT IN ('unwanted', 'voided') THEN label.state
                        WHEN label.incomplete THEN 'refused' ELSE 'none' END AS state
              FROM carrier_label label
              JOIN stock_picking picking ON picking.id = label.res_id
             WHERE label.res_model = 'stock.picking'
             ORDER BY label.res_id, label.id DESC
            """
        )
