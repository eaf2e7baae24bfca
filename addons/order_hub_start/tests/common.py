# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64

from odoo.tests import TransactionCase, tagged

PRODUCTS = """Artikelnummer;Bezeichnung;EAN;Einheit;Verkaufspreis (netto);Einkaufspreis;MwSt;\
Haltbarkeit (Tage);Rückverfolgung
IMP-100;Ringelblumensalbe;4006381333931;Stück;12,50;4,20;19 %;540;Charge
IMP-200;Bienenwachs;;kg;;9,80;;;Charge
IMP-210;Ringelblumenöl;;l;;6,00;7 %;365;Charge
IMP-300;Tiegel 50 ml;;Stück;;0,35;;;keine
"""
RECIPES = """Produkt;Ausbeute;Einheit Ausbeute;Art;Zutat;Menge;Einheit;Arbeitsschritt;Arbeitsplatz;\
Minuten
IMP-100;100;Stück;Zutat;IMP-200;500;g;;;
IMP-100;100;Stück;Zutat;IMP-210;2,5;l;;;
IMP-100;100;Stück;Zutat;IMP-300;100;;;;
IMP-100;100;Stück;Arbeitsschritt;;;;Abfüllen;Kessel 1;45
"""
LOTS = """Artikelnummer;Charge;Menge;Einheit;Lagerplatz;MHD
IMP-200;W-1;1.500;g;Regal A1;31.12.2027
IMP-210;O-7;12,5;l;;06.2027
IMP-300;;1.000;;;
"""
PARTNERS = """Kundennummer;Firma;Art;Ansprechpartner;Straße;PLZ;Ort;Land;E-Mail;USt-IdNr.;Debitor
IMP-K1;Apotheke am Markt;Kunde;Eva Muster;Marktplatz 3;01067;Dresden;;a@apotheke.example;;10777
IMP-K2;Wachs & Co;Lieferant;;Weg 1;1010;Wien;Österreich;;;
"""


@tagged("post_install", "-at_install")
class StartCase(TransactionCase):
    """Files as somebody uploads them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company

    def upload(self, table, text, **vals):
        return self.env["order.hub.import"].create(
            {
                "table": table,
                "file": base64.b64encode(text.encode()),
                "filename": f"{table}.csv",
                **vals,
            }
        )

    def bring(self, table, text, **vals):
        """Check and import a file."""
        record = self.upload(table, text, **vals)
        record.action_check()
        record.action_import()
        return record

    def verdicts(self, record):
        return [row.verdict for row in record.row_ids.sorted("row")]

    def product(self, reference):
        return self.env["product.product"].search([("default_code", "=", reference)])
