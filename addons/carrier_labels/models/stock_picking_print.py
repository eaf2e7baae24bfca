# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _get_label_file(self):
        """One file of the labels of these deliveries, in their order: its name and content."""
        documents = self._get_label_documents()
        formats = {name.rpartition(".")[2] for name, _content in documents}
        if not documents:
            raise UserError(self.env._("There are no labels to print."))
        if len(formats) > 1:
            raise UserError(
                self.env._("Print PDF labels and labels for label printers one after the other.")
            )
        (kind,) = formats
        contents = [content for _name, content in documents]
        name = documents[0][0] if len(documents) == 1 else f"labels.{kind}"
        return name, merge_pdf(contents) if kind == "pdf" else b"\n".join(contents)

    def _get_label_documents(self):
        """Names and contents of labels: those on the deliveries, else those that were bought."""
        found = {}
        for attachment in self._get_label_attachments():
            found.setdefault(attachment.res_id, []).append(attachment)
        for label in self.carrier_label_ids.filtered(lambda one: one.state in ("bought", "used")):
            if label.res_id not in found:
                prefix = label.carrier_id._get_delivery_label_prefix()
                # sudo: documents of an attempt are for those who may see the delivery
                documents = label.sudo().document_ids.sorted("id")
                found[label.res_id] = documents.filtered(
                    lambda one, prefix=prefix: one.name.startswith(prefix)
                )
        return [(one.name, one.raw) for picking in self for one in found.get(picking.id, [])]

    def action_print_shipping_labels(self):
        """Print on the user's printer where there is one (OCA), else download one file."""
        name, content = self._get_label_file()
        if printer := self._label_printer():
            options = {"doc_format": "raw"} if name.endswith(".zpl") else {}
            printer.print_document(None, content, **options)
            return self._label_notification(self.env._("Labels are being printed."), "success")
        ids = ",".join(map(str, self.ids))
        return {"type": "ir.actions.act_url", "url": f"/carrier_labels/print?ids={ids}"}

    def _label_printer(self):
        """The printer of base_report_to_printer, where that is installed and one is set."""
        if "printing.printer" not in self.env:
            return None
        return self.env.user.printing_printer_id or self.env["printing.printer"].get_default()
