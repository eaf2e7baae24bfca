# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo import api

from .common import LOTS, PRODUCTS, StartCase
from .test_import import VARIANTS

PRODUCT_HEADINGS = PRODUCTS.splitlines()[0] + "\n"
LOT_HEADINGS = LOTS.splitlines()[0] + "\n"


class TestImportSets(StartCase):
    """Files of several sets, and sets with a row that the database refuses."""

    def setUp(self):
        super().setUp()
        model = self.env.registry["order.hub.import"]
        in_sets = model._in_sets
        self.startPatcher(
            patch.object(
                model, "_in_sets", lambda this, entries, do: in_sets(this, entries, do, size=4)
            )
        )

    def bring_products(self, count, tracking):
        rows = "".join(f"IMP-S{n};P {n};;Stück;1;;;;{tracking}\n" for n in range(count))
        self.bring("products", PRODUCT_HEADINGS + rows)

    def test_a_new_place_in_several_sets_is_one(self):
        self.bring_products(6, "keine")
        lots = LOT_HEADINGS + "".join(
            f"IMP-S{n};;5;;{'Regal S' if n % 2 else 'REGAL S'};\n" for n in range(6)
        )
        self.bring("lots", lots)
        self.assertEqual(
            self.env["stock.location"].search_count([("name", "=ilike", "regal s")]), 1
        )
        again = self.bring("lots", lots)
        self.assertEqual(set(self.verdicts(again)), {"same"})
        self.assertEqual([self.product(f"IMP-S{n}").qty_available for n in range(6)], [5.0] * 6)

    def test_a_new_lot_in_several_sets_is_one(self):
        self.bring_products(1, "Charge")
        lots = LOT_HEADINGS + "".join(
            f"IMP-S0;{'L-0' if n in (0, 5) else f'L-{n}'};5;;Regal {n};{'31.12.2027' * (n == 5)}\n"
            for n in range(6)
        )
        record = self.bring("lots", lots)
        self.assertEqual(set(self.verdicts(record)), {"create"}, record.row_ids.mapped("text"))
        lot = self.env["stock.lot"].search([("name", "=", "L-0")])
        self.assertEqual(lot.product_id, self.product("IMP-S0"))
        self.assertEqual(lot.product_qty, 10)
        self.assertEqual(str(lot.expiration_date.date()), "2027-12-31", "its other row says so")

    def test_one_refused_count_among_good_ones(self):
        self.bring_products(4, "Charge")
        lots = LOT_HEADINGS + "".join(f"IMP-S{n};L-{n};5;;Regal S;\n" for n in range(4))
        quants = self.env.registry["stock.quant"]
        create, refused = quants.create, self.product("IMP-S2")

        @api.model_create_multi
        def create_but_one(this, vals_list):
            if any(vals["product_id"] == refused.id for vals in vals_list):
                raise ValueError("not this one")
            return create(this, vals_list)

        with patch.object(quants, "create", create_but_one):
            record = self.bring("lots", lots, skip_errors=True)
        self.assertEqual(self.verdicts(record), ["create", "create", "error", "create"])
        self.assertIn("not this one", record.row_ids[0].text)
        self.assertEqual([self.product(f"IMP-S{n}").qty_available for n in range(4)], [5, 5, 0, 5])

    def test_one_refused_variant_leaves_one_template(self):
        self.env["product.product"].create(
            {"name": "There", "barcode": "4006381333931", "default_code": "OTHER"}
        )
        head, *rows = VARIANTS.splitlines()
        rows += [f"IMP-V{n};Handseife;IMP-V;Größe: {n}00 ml;9,00;19 %" for n in (3, 4, 5)]
        rows = [f"{row};{'4006381333931' * ('IMP-V4' in row)}" for row in rows]
        record = self.bring("products", "\n".join([f"{head};EAN", *rows]), skip_errors=True)
        self.assertEqual(self.verdicts(record), ["create", "create", "create", "error", "create"])
        variants = self.env["product.product"].search([("default_code", "=like", "IMP-V%")])
        self.assertEqual(len(variants), 4)
        self.assertEqual(len(variants.product_tmpl_id), 1)

    def test_a_plain_product_is_not_made_a_variant(self):
        plain = self.env["product.product"].create({"name": "Seife", "default_code": "IMP-V"})
        record = self.bring("products", VARIANTS, skip_errors=True)
        self.assertEqual(self.verdicts(record), ["error", "error"])
        record.action_undo()
        self.assertEqual(plain.exists().default_code, "IMP-V")

    def test_variants_that_are_here_stay_themselves(self):
        more = VARIANTS + "IMP-V3;Handseife;IMP-V;Größe: 500 ml;15,00;19 %\n"
        self.bring("products", more)
        old, nameless = self.product("IMP-V1"), self.product("IMP-V2")
        old.default_code, nameless.default_code = "OLD", False
        record = self.upload("products", more, skip_errors=True)
        record.action_check()
        self.assertEqual(self.verdicts(record), ["error", "change", "same"])
        self.assertFalse(nameless.default_code)
        record.action_import()
        self.assertEqual(self.verdicts(record), ["error", "change", "same"])
        self.assertIn("OLD", record.row_ids[0].text)
        self.assertEqual((old.default_code, nameless.default_code), ("OLD", "IMP-V2"))
        record.action_undo()
        self.assertEqual((old.exists(), nameless.default_code), (old, False))

    def test_what_only_the_import_finds_wrong_keeps_all_out(self):
        self.env["product.product"].create(
            {"name": "There", "barcode": "4006381333931", "default_code": "OTHER"}
        )
        record = self.bring("products", PRODUCTS)
        self.assertEqual(record.state, "checked")
        self.assertEqual(self.verdicts(record), ["error", "create", "create", "create"])
        self.assertFalse(record.row_ids.filtered("res_id"))
        self.assertFalse(self.product("IMP-200"))
        record.skip_errors = True
        record.action_import()
        self.assertEqual(record.state, "done")
        self.assertTrue(self.product("IMP-200"))

    def test_costs_are_those_of_its_company(self):
        other = self.env["res.company"].create(
            {"name": "Other", "country_id": self.env.ref("base.de").id}
        )
        self.env.user.company_ids += other
        self.env = self.env(context={"allowed_company_ids": [self.company.id, other.id]})
        text = PRODUCT_HEADINGS + "IMP-F;F;;kg;1;7,50;;;\n"
        self.bring("products", text, company_id=other.id)
        product = self.product("IMP-F")
        self.assertEqual(product.with_company(other).standard_price, 7.5)
        self.assertEqual(product.with_company(self.company).standard_price, 0)

    def test_what_somebody_changed_since_stays(self):
        record = self.bring("products", PRODUCTS)
        self.env.flush_all()
        # As if it had been changed in a later transaction.
        self.env.cr.execute(
            "UPDATE product_product SET write_date = %s + interval '1 hour' WHERE id = %s",
            [record.row_ids[0].create_date, self.product("IMP-300").id],
        )
        self.env.invalidate_all()
        record.action_undo()
        self.assertTrue(self.product("IMP-300"))
        self.assertFalse(self.product("IMP-100") | self.product("IMP-200"))
