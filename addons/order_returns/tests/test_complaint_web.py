# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from io import BytesIO

from lxml import html
from PIL import Image

from odoo.tests import HttpCase, new_test_user, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintWeb(ComplaintCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "customer", groups="base.group_portal", password="customer-of-honey"
        )
        address = {name: cls.customer[name] for name in ("street", "zip", "city")}
        cls.user.partner_id.write({**address, "country_id": cls.customer.country_id.id})
        cls.order = cls._sell(cls.jar, 3, cls.jar_lot, cls.user.partner_id)
        stream = BytesIO()
        Image.new("RGB", (64, 64), "orange").save(stream, "JPEG")
        cls.photo = stream.getvalue()

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.authenticate("customer", "customer-of-honey")

    def send(self, order=None, files=(), **values):
        order = order or self.order
        page = html.fromstring(self.url_open(f"/my/orders/{self.order.id}/problem").content)
        (token,) = page.xpath("//input[@name='csrf_token']/@value")
        move = self.order.order_line.move_ids
        data = {
            "csrf_token": token,
            "goods": f"{move.id}-{self.jar_lot.id}",
            "quantity": "2",
            "reason": str(self.reason("foreign").id),
            "description": "<script>alert(1)</script> glass in it",
            **values,
        }
        return self.url_open(
            f"/my/orders/{order.id}/problem/send",
            data=data,
            files=[("photos", file) for file in files],
        )

    def rmas(self):
        return self.env["rma"].search([("partner_id", "=", self.user.partner_id.id)])

    def test_problem_with_lot_and_photo(self):
        page = self.url_open(f"/my/orders/{self.order.id}")
        self.assertIn(f"/my/orders/{self.order.id}/problem", page.text)
        self.assertNotIn("modal-request-rma", page.text)
        response = self.send(files=[("photo.jpg", self.photo, "image/jpeg")])
        self.assertIn("problem_taken", response.text)
        rma = self.rmas()
        self.assertEqual(
            (rma.lot_id, rma.product_uom_qty, rma.state, rma.order_id),
            (self.jar_lot, 2, "draft", self.order),
        )
        self.assertNotIn("<script", rma.description)
        photo = self.env["ir.attachment"].search(
            [("res_model", "=", "rma"), ("res_id", "=", rma.id)]
        )
        self.assertEqual(len(photo), 1)
        self.assertIn(self.quality, rma.activity_ids.user_id)
        self.assertIn(rma.name, self.url_open("/my/rmas").text)

    def test_only_the_own_order(self):
        foreign = self.order_cafe
        page = self.url_open(f"/my/orders/{foreign.id}/problem", allow_redirects=False)
        self.assertEqual(page.status_code, 303)
        move = foreign.order_line.move_ids
        before = self.env["rma"].search_count([])
        for order, values in (
            (foreign, {}),
            (foreign, {"access_token": "guessed"}),
            (self.order, {"goods": f"{move.id}-{self.jar_lot.id}"}),
            (self.order, {"goods": f"{self.order.order_line.move_ids.id}-{self.control_jar.id}"}),
            (self.order, {"goods": "1 OR 1=1"}),
            (self.order, {"reason": "999999"}),
            (self.order, {"reason": str(self.reason("label").id)}),
            (self.order, {"quantity": "4"}),
            (self.order, {"quantity": "-1"}),
            (self.order, {"quantity": "nan"}),
            (self.order, {"quantity": "inf"}),
        ):
            with self.subTest(values):
                self.send(order, **values)
                self.assertEqual(self.env["rma"].search_count([]), before)

    def test_uploads_are_few_small_pictures(self):
        before = self.env["rma"].search_count([])
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
        for files in (
            [("a.jpg", self.photo, "image/jpeg")] * 4,
            [("a.jpg", svg, "image/jpeg")],
            [("a.jpg", b"<html>", "image/jpeg")],
            [("a.jpg", self.photo[:100], "image/jpeg")],
            [("a.jpg", self.photo + b"0" * 5 * 1024 * 1024, "image/jpeg")],
        ):
            with self.subTest(len(files)):
                response = self.send(files=files)
                self.assertEqual(response.status_code, 200)
                self.assertEqual(self.env["rma"].search_count([]), before)

    def test_other_complaints_stay_unseen(self):
        rma = self.take(self.order_cafe, 1)
        page = self.url_open(f"/my/rmas/{rma.id}", allow_redirects=False)
        self.assertEqual(page.status_code, 303)
        self.assertNotIn(rma.name, self.url_open("/my/rmas").text)

    def test_the_form_of_oca_leads_to_ours(self):
        page = self.url_open(f"/my/requestrma/{self.order.id}", allow_redirects=False)
        self.assertEqual(page.status_code, 303)
        self.assertTrue(page.headers["Location"].endswith(f"/my/orders/{self.order.id}/problem"))

    # ------------------------------------------------------------- in the web client
    def test_from_complaint_to_credit_note_and_statistics(self):
        """Who sells, ships and keeps the books in a small company, without being its manager."""
        groups = (
            "sales_team.group_sale_salesman_all_leads",
            "stock.group_stock_user",
            "account.group_account_invoice",
        )
        clerk = new_test_user(self.env, "complaint_clerk", groups=",".join(groups))
        clerk.tour_enabled = False
        self.invoice(self.order_shop)
        self.env.flush_all()
        self.start_tour(
            f"/odoo/sales/{self.order_shop.id}",
            "order_returns_complaint",
            login=clerk.login,
            timeout=180,
        )
        rma = self.order_shop.rma_ids
        self.assertEqual((rma.lot_id, rma.product_uom_qty), (self.jar_lot, 2))
        self.assertEqual((rma.state, rma.goods_state), ("refunded", "decided"))
        self.assertEqual(rma.decision_ids.decision, "destroy")
        self.assertEqual(rma.refund_id.invoice_line_ids.quantity, 2)
        self.assertEqual(rma.create_uid, clerk)
