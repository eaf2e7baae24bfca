# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import LOTS, PARTNERS, PRODUCTS, RECIPES, StartCase

VARIANTS = """Artikelnummer;Bezeichnung;Hauptartikel;Variante;Verkaufspreis;USt
IMP-V;Handseife;;;;19 %
IMP-V1;Handseife;IMP-V;Größe: 100 ml;4,00;19 %
IMP-V2;Handseife;IMP-V;Größe: 250 ml;9,00;19 %
"""


class TestImportProducts(StartCase):
    def test_trial_run_writes_nothing(self):
        record = self.upload("products", PRODUCTS)
        record.action_check()
        self.assertEqual(record.state, "checked")
        self.assertEqual(record.create_count, 4)
        self.assertFalse(self.product("IMP-100"))

    def test_values_and_second_time(self):
        record = self.bring("products", PRODUCTS)
        self.assertEqual((record.state, record.create_count), ("done", 4))
        salve, oil = self.product("IMP-100"), self.product("IMP-210")
        self.assertEqual(salve.barcode, "4006381333931")
        self.assertEqual((salve.list_price, salve.standard_price), (12.5, 4.2))
        self.assertEqual(salve.taxes_id.mapped("amount"), [19.0])
        self.assertEqual((salve.tracking, salve.expiration_time), ("lot", 540))
        self.assertTrue(salve.use_expiration_date and salve.is_storable)
        self.assertEqual(oil.uom_id, self.env.ref("uom.product_uom_litre"))
        self.assertEqual(self.product("IMP-300").tracking, "none")
        again = self.bring("products", PRODUCTS)
        self.assertEqual(set(self.verdicts(again)), {"same"}, again.row_ids.mapped("text"))
        self.assertEqual(len(self.product("IMP-100")), 1)

    def test_a_difference_is_shown_and_stays(self):
        self.bring("products", PRODUCTS)
        self.product("IMP-200").standard_price = 0
        changed = PRODUCTS.replace("12,50", "13,90").replace("9,80", "9,90")
        record = self.bring("products", changed)
        self.assertEqual(self.verdicts(record), ["conflict", "change", "same", "same"])
        row = record.row_ids.filtered(lambda row: row.verdict == "conflict")
        self.assertIn("12,5", row.text.replace(".", ","))
        self.assertEqual(self.product("IMP-100").list_price, 12.5)
        self.assertEqual(self.product("IMP-200").standard_price, 9.9, "it was empty")
        self.bring("products", changed, overwrite=True)
        self.assertEqual(self.product("IMP-100").list_price, 13.9)

    def test_errors_keep_all_out_until_somebody_decides(self):
        text = PRODUCTS + "IMP-400;Falsch;4006381333930;Stück;1,00;;16 %;;\n"
        record = self.upload("products", text)
        record.action_check()
        self.assertEqual(record.error_count, 1)
        with self.assertRaises(UserError):
            record.action_import()
        text += "IMP-401;Steuersatz;;Stück;1,00;;16 %;;\n"
        record = self.bring("products", text, skip_errors=True)
        self.assertEqual((record.error_count, record.create_count), (2, 4))
        self.assertFalse(self.product("IMP-401"))
        self.assertTrue(all(record.row_ids.filtered(lambda r: r.verdict == "error").mapped("text")))

    def test_what_the_database_refuses_is_named(self):
        """One bad row among good ones: the others go in."""
        self.env["product.product"].create({"name": "There", "barcode": "4006381333931"})
        other = self.env["product.product"].search([("barcode", "=", "4006381333931")])
        other.default_code = "OTHER"
        record = self.bring("products", PRODUCTS, skip_errors=True)
        self.assertEqual(self.verdicts(record), ["error", "create", "create", "create"])
        self.assertTrue(self.product("IMP-200"))
        self.assertFalse(self.product("IMP-100"))

    def test_known_by_its_barcode(self):
        there = self.env["product.product"].create(
            {"name": "Ringelblumensalbe", "barcode": "4006381333931"}
        )
        self.bring("products", PRODUCTS, overwrite=True)
        self.assertEqual(there.default_code, "IMP-100")
        self.assertEqual(self.product("IMP-100"), there)

    def test_taken_back(self):
        self.bring("products", PRODUCTS)
        self.product("IMP-100").list_price = 5
        record = self.bring("products", PRODUCTS, overwrite=True)
        self.assertEqual(self.product("IMP-100").list_price, 12.5)
        record.action_undo()
        self.assertEqual(self.product("IMP-100").list_price, 5)

    def test_taken_back_only_what_is_not_in_use(self):
        record = self.bring("products", PRODUCTS)
        self.bring("recipes", RECIPES)
        record.action_undo()
        self.assertEqual(record.state, "undone")
        kept = record.row_ids.filtered(lambda row: row.res_id and self.product(row.key))
        self.assertIn("IMP-200", kept.mapped("key"), "it is in a recipe")

    def test_variants(self):
        record = self.bring("products", VARIANTS)
        small, large = self.product("IMP-V1"), self.product("IMP-V2")
        self.assertEqual(small.product_tmpl_id, large.product_tmpl_id)
        self.assertEqual((small.lst_price, large.lst_price), (4.0, 9.0))
        self.assertEqual(small.product_template_attribute_value_ids.name, "100 ml")
        self.assertEqual(record.error_count, 0)
        again = self.bring("products", VARIANTS)
        self.assertEqual(set(self.verdicts(again)), {"same"}, again.row_ids.mapped("text"))
        more = VARIANTS + "IMP-V3;Handseife;IMP-V;Größe: 500 ml;15,00;19 %\n"
        self.bring("products", more)
        self.assertEqual(self.product("IMP-V3").product_tmpl_id, small.product_tmpl_id)
        self.assertEqual(self.product("IMP-V3").lst_price, 15.0)

    def test_plain_users_are_refused(self):
        user = new_test_user(self.env, "import_sales", "order_hub.group_role_sales")
        record = self.upload("products", PRODUCTS)
        with self.assertRaises(AccessError):
            record.with_user(user).action_check()

    def test_other_companies_see_nothing(self):
        record = self.upload("products", PRODUCTS)
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env, "import_other", "base.group_system", company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )  # fmt: skip
        self.assertFalse(self.env["order.hub.import"].with_user(user).search([]))
        with self.assertRaises(AccessError):
            record.with_user(user).action_check()

    def test_many_run_in_the_background(self):
        rows = "".join(f"IMP-M{n};Produkt {n};;Stück;1,00;;19 %;;\n" for n in range(1001))
        record = self.upload("products", PRODUCTS.splitlines()[0] + "\n" + rows)
        record.action_check()
        record.action_import()
        self.assertEqual(record.state, "running")
        self.assertFalse(self.product("IMP-M1"))
        with self.assertRaises(UserError):
            record.action_stop_waiting()
        self.env["queue.job"].search(
            [("identity_key", "=", record._get_job_key())]
        ).state = "failed"
        record.action_stop_waiting()
        self.assertEqual(record.state, "checked")
        # The second time finds nothing to do.
        record.row_ids.unlink()
        record.state = "done"
        record._job_import()
        self.assertFalse(self.product("IMP-M1"))


class TestImportOthers(StartCase):
    def test_partners(self):
        record = self.bring("partners", PARTNERS)
        self.assertEqual(record.error_count, 0, record.row_ids.mapped("text"))
        pharmacy = self.env["res.partner"].search([("ref", "=", "IMP-K1")])
        self.assertEqual((pharmacy.zip, pharmacy.country_id.code), ("01067", "DE"))
        self.assertEqual(pharmacy.child_ids.name, "Eva Muster")
        self.assertGreater(pharmacy.customer_rank, 0)
        if "datev_customer_account" in pharmacy._fields:
            self.assertEqual(pharmacy.datev_customer_account, 10777)
        again = self.bring("partners", PARTNERS)
        self.assertEqual(set(self.verdicts(again)), {"same"}, again.row_ids.mapped("text"))
        again.action_undo()
        record.action_undo()
        self.assertFalse(self.env["res.partner"].search([("ref", "=like", "IMP-K%")]))

    def test_recipes(self):
        missing = self.upload("recipes", RECIPES)
        missing.action_check()
        self.assertEqual(missing.error_count, 1)
        self.assertIn("IMP-100", missing.row_ids.text)
        self.bring("products", PRODUCTS)
        record = self.bring("recipes", RECIPES)
        recipe = self.product("IMP-100").bom_ids
        self.assertEqual(recipe.product_qty, 100)
        self.assertEqual(recipe.bom_line_ids.mapped("product_qty"), [500, 2.5, 100])
        self.assertEqual(recipe.bom_line_ids[0].product_uom_id.name, "g")
        self.assertEqual(recipe.operation_ids.workcenter_id.name, "Kessel 1")
        self.assertEqual(recipe.operation_ids.time_cycle_manual, 45)
        self.assertEqual(self.verdicts(record), ["create"])
        again = self.bring("recipes", RECIPES)
        self.assertEqual(self.verdicts(again), ["same"], again.row_ids.mapped("text"))
        # The same amounts in another unit are the same recipe.
        grams = RECIPES.replace("IMP-200;500;g", "IMP-200;0,5;kg")
        self.assertEqual(self.verdicts(self.bring("recipes", grams)), ["same"])
        other = RECIPES.replace("IMP-200;500;g", "IMP-200;600;g")
        record = self.bring("recipes", other, overwrite=True)
        self.assertEqual(self.verdicts(record), ["conflict"])
        self.assertEqual(recipe.bom_line_ids[0].product_qty, 500)

    def test_a_unit_that_does_not_fit(self):
        self.bring("products", PRODUCTS)
        record = self.upload("recipes", RECIPES.replace("IMP-200;500;g", "IMP-200;500;ml"))
        record.action_check()
        self.assertEqual(self.verdicts(record), ["error"])
        self.assertIn("kg", record.row_ids.instead)

    def test_opening_stock(self):
        self.bring("products", PRODUCTS)
        record = self.bring("lots", LOTS)
        self.assertEqual(record.error_count, 0, record.row_ids.mapped("text"))
        wax, oil, jar = (self.product(f"IMP-{n}") for n in (200, 210, 300))
        self.assertEqual((wax.qty_available, oil.qty_available), (1.5, 12.5))
        self.assertEqual(jar.qty_available, 1000)
        lot = self.env["stock.lot"].search([("product_id", "=", oil.id)])
        self.assertEqual(lot.name, "O-7")
        self.assertEqual(lot.expiration_date.date(), date(2027, 6, 30))
        place = self.env["stock.quant"].search([("product_id", "=", wax.id), ("quantity", ">", 0)])
        self.assertEqual(place.location_id.name, "Regal A1")
        again = self.bring("lots", LOTS)
        self.assertEqual(set(self.verdicts(again)), {"same"}, again.row_ids.mapped("text"))
        self.assertEqual(wax.qty_available, 1.5)
        counted = LOTS.replace("1.500;g", "1.400;g")
        self.assertIn("conflict", self.verdicts(self.bring("lots", counted)))
        self.assertEqual(wax.qty_available, 1.5)
        self.bring("lots", counted, overwrite=True)
        self.assertEqual(wax.qty_available, 1.4)
        kept = record.row_ids._undo()
        self.assertEqual(kept.mapped("key"), ["IMP-200"], "counted again since")
        self.assertEqual((wax.qty_available, oil.qty_available), (1.4, 0))

    def test_lots_without_their_number(self):
        self.bring("products", PRODUCTS)
        record = self.upload("lots", LOTS.replace("W-1", "").replace("31.12.2027", ""))
        record.action_check()
        self.assertEqual(self.verdicts(record).count("error"), 1)

    def test_set_based(self):
        """Reading, comparing and showing take as many queries for many rows as for few."""
        counts = []
        header = PRODUCTS.splitlines()[0] + "\n"
        for size in (30, 31, 120, 480):
            rows = "".join(f"IMP-{size}-{n};P {n};;kg;1,00;;19 %;;\n" for n in range(size))
            self.bring("products", header + rows)
            record = self.upload("products", header + rows)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            record.action_check()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 5, counts)
