# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ..labelling.type_size import text_height

MOST_LABELS = 5000


class StockLabelPrint(models.TransientModel):
    """Labels of lots and products: which, how many, on what paper, in which language."""

    _name = "stock.label.print"
    _description = "Print Labels"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("lot", "Lot labels (internal)"), ("product", "Product labels")],
        "Labels",
        required=True,
        default="lot",
    )
    format_id = fields.Many2one(
        "stock.label.format",
        "Paper",
        compute="_compute_format_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        domain="[('kind', 'in', (False, kind))]",
    )
    lang = fields.Selection(
        "_get_languages", "Language", required=True, default=lambda self: self._default_lang()
    )
    code = fields.Selection(
        [("datamatrix", "GS1 DataMatrix"), ("code128", "GS1-128"), ("none", "None")],
        "Barcode",
        required=True,
        default="datamatrix",
        help="Products without a GTIN get a plain code of the lot number.",
    )
    quantity_in_code = fields.Boolean(
        help="The code says the net weight or volume, or the number of pieces.",
    )
    with_price = fields.Boolean("Price and Base Price")
    pricelist_id = fields.Many2one("product.pricelist", check_company=True)
    line_ids = fields.One2many("stock.label.print.line", "wizard_id", "Copies")
    label_count = fields.Integer("Labels in All", compute="_compute_label_count")
    findings = fields.Html(compute="_compute_preview", sanitize=False)
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.model
    def _get_languages(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def _default_lang(self):
        return self.env.company.partner_id.lang or self.env.lang

    @api.depends("kind")
    def _compute_format_id(self):
        Format = self.env["stock.label.format"]
        for kind, wizards in self.grouped("kind").items():
            first = Format.search([("kind", "in", (False, kind))], limit=1)
            for wizard in wizards:
                if not wizard.format_id or wizard.format_id.kind not in (False, kind):
                    wizard.format_id = first

    @api.depends("line_ids.copies")
    def _compute_label_count(self):
        for wizard in self:
            wizard.label_count = sum(wizard.line_ids.mapped("copies"))

    @api.depends(
        "kind",
        "format_id",
        "lang",
        "code",
        "quantity_in_code",
        "with_price",
        "pricelist_id",
        "line_ids.quantity",
    )
    def _compute_preview(self):
        """The first label, and what is missing on any of them."""
        for wizard in self:
            wizard.preview = wizard.findings = False
            if wizard.line_ids and wizard.format_id:
                wizard.preview, wizard.findings = wizard._get_preview()

    def _get_preview(self):
        Bom = self.env["mrp.bom"]
        try:
            labels = self._get_labels()
        except UserError as error:
            return False, Bom._get_list_html([str(error)])
        values = {"label": labels[0], "wizard": self.with_context(lang=self.lang)}
        preview = (
            self.env["ir.qweb"]
            .with_context(lang=self.lang)
            ._render("batch_mrp_orders.label_preview", values)
        )
        texts = [text for label in labels for text in label["findings"]]
        texts += [self._get_size_finding(label) for label in labels]
        findings = dict.fromkeys(filter(None, texts))
        return preview, Bom._get_list_html(findings)

    def _get_size_finding(self, label):
        """What does not fit on a label would be cut off: the text is measured roughly."""
        paper, declaration = self.format_id, label["declaration"]
        if not declaration:
            return False
        product = label["product"]
        texts = [label["name"], html2plaintext(declaration.ingredients), product.label_note]
        texts += [row[0] for row in declaration.nutrition]
        texts += [product.storage_hint, label["date"], label["address"].contact_address_inline]
        code = 20 if label["code"] else 0
        needed = text_height(filter(None, texts), paper.width - 4, paper.font_size)
        # The product name, the net quantity and the lot are larger or short: three lines.
        needed += text_height([product.name], paper.width - code - 4, 1.5 * paper.font_size)
        needed += label["figure_size"] + text_height(["L"], paper.width, paper.font_size)
        if needed <= paper.height - 4:
            return False
        return self.env._(
            "%(product)s: the text is probably longer than the label (about %(needed)s of "
            "%(height)s mm) and would be cut off. Choose a larger format.",
            product=product.display_name,
            needed=round(needed),
            height=round(paper.height),
        )

    def action_print(self):
        self.ensure_one()
        if not 1 <= self.label_count <= MOST_LABELS:
            raise UserError(self.env._("Print between 1 and %s labels at once.", MOST_LABELS))
        self._get_labels()  # says what is wrong before a page is made
        report = self.env.ref("batch_mrp_orders.action_report_stock_label")
        return {
            **report.with_context(label_format_id=self.format_id.id).report_action(
                self, data={"wizard_id": self.id}, config=False
            ),
            "close_on_report_download": True,
        }

    # -------------------------------------------------------------------- labels
    def _get_pages(self):
        """Labels in the order of printing, as many on a page as fit."""
        self.ensure_one()
        labels = self._get_labels()
        printed = [
            label
            for label, line in zip(labels, self.line_ids, strict=True)
            for _copy in range(line.copies)
        ]
        each = self.format_id.rows * self.format_id.columns
        return [printed[start : start + each] for start in range(0, len(printed), each)]

    def _get_labels(self):
        """What stands on the label of each line, in the language of the labels."""
        self.ensure_one()
        # Run by the company's own settings, whichever one the user works in.
        lines = self.line_ids.with_company(self.company_id).with_context(lang=self.lang)
        return lines._get_label_values()


class StockLabelPrintLine(models.TransientModel):
    _name = "stock.label.print.line"
    _description = "Labels to Print"
    _check_company_auto = True

    wizard_id = fields.Many2one("stock.label.print", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, check_company=True
    )
    lot_id = fields.Many2one("stock.lot", readonly=True, check_company=True)
    production_id = fields.Many2one("mrp.production", "Run", readonly=True, check_company=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(
        "Content", digits="Product Unit", help="What one lot label says is in the container."
    )
    pieces = fields.Integer(readonly=True, help="Pieces there are, for product labels.")
    copies = fields.Integer(
        compute="_compute_copies", store=True, precompute=True, readonly=False, required=True
    )

    _copies = models.Constraint("CHECK (copies >= 0)", "The number of copies must not be negative.")

    @api.depends("wizard_id.kind", "pieces")
    def _compute_copies(self):
        """A label for each piece sold, one for what is kept as a lot."""
        for line in self:
            line.copies = max(line.pieces, 1) if line.wizard_id.kind == "product" else 1
