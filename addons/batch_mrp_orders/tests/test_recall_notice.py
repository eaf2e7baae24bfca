# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError

from .common_recall import RecallCase


class TestRecallNotice(RecallCase):
    """Who is told, in which language, once, and what becomes of it."""

    def _get_customer(self, recall, partner):
        return recall.customer_ids.filtered(lambda row: row.partner_id == partner)

    def _get_mails(self, recall):
        return self.env["mail.mail"].search(
            [("model", "=", "stock.recall.customer"), ("res_id", "in", recall.customer_ids.ids)]
        )

    def _notify(self, recall):
        wizard = (
            self.env["stock.recall.notify"].with_user(self.quality).create({"recall_id": recall.id})
        )
        wizard.action_send()
        return wizard

    def test_one_mail_a_customer_with_all_orders_and_lots(self):
        self.order_again.client_order_ref = "4500-7"
        recall = self._recall(instruction="Put them aside.")
        wizard = self._notify(recall)
        mail = self._get_mails(recall)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.email_to, "shop@example.com")
        for text in (self.order_shop.name, self.order_again.name, "4500-7", "J-1", "12", "8"):
            self.assertIn(text, mail.body_html)
        self.assertIn("Put them aside.", mail.body_html)
        self.assertNotIn(self.order_cafe.name, mail.body_html)
        shop = self._get_customer(recall, self.customer)
        self.assertEqual((shop.state, shop.way), ("queued", "mail"))
        self.assertEqual(shop.informed_by_id, self.quality)
        self.assertTrue(shop.informed_on)
        cafe = self._get_customer(recall, self.cafe)
        self.assertEqual((cafe.state, cafe.phone), ("to_phone", "+49 7641 2"))
        self.assertEqual(recall.uninformed_count, 1)
        self.assertIn("J-1", wizard.body or mail.body_html)

    def test_preview_is_what_is_sent(self):
        recall = self._recall()
        wizard = (
            self.env["stock.recall.notify"].with_user(self.quality).create({"recall_id": recall.id})
        )
        self.assertEqual(wizard.customer_ids.partner_id, self.customer)
        self.assertEqual(wizard.phone_ids.partner_id, self.cafe)
        subject, body = wizard.subject, wizard.body
        self.assertFalse(self._get_mails(recall), "a preview sends nothing")
        wizard.action_send()
        mail = self._get_mails(recall)
        self.assertEqual(mail.subject, subject)
        for text in (self.order_shop.name, "Glass splinters", "J-1"):
            self.assertIn(text, body)

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("batch_mrp_orders.mail_template_recall")
        template.with_context(lang="fr_FR").subject = "Rappel {{ object.recall_id.name }}"
        self.customer.lang = "fr_FR"
        self.cafe.write({"lang": "en_US", "email": "cafe@example.com"})
        recall = self._recall()
        self._notify(recall)
        subjects = {mail.email_to: mail.subject for mail in self._get_mails(recall)}
        self.assertEqual(subjects["shop@example.com"], f"Rappel {recall.name}")
        self.assertIn("recall of goods", subjects["cafe@example.com"])

    def test_nobody_is_written_to_twice(self):
        recall = self._recall()
        self._notify(recall)
        self._notify(recall)
        recall.customer_ids.action_send()
        recall.action_refresh()
        self._notify(recall)
        self.assertEqual(len(self._get_mails(recall)), 1)
        # Not even when the mail has been cleaned up.
        self._get_mails(recall).sudo().unlink()
        shop = self._get_customer(recall, self.customer)
        self.assertEqual(shop.state, "informed")
        self._notify(recall)
        self.assertFalse(self._get_mails(recall))

    def test_new_shipment_to_a_known_customer_makes_no_second_row(self):
        recall = self._recall()
        rows = recall.customer_ids
        recall.line_ids.action_clear()
        self._sell(self.jar, 3, self.jar_lot)
        recall.action_refresh()
        self.assertEqual(recall.customer_ids, rows)
        self.assertEqual(recall.shipment_count, 4)

    def test_failed_mail_is_seen_and_sent_again(self):
        recall = self._recall()
        self._notify(recall)
        shop = self._get_customer(recall, self.customer)
        mail = self._get_mails(recall)
        mail.write({"state": "exception", "failure_reason": "Mailbox full"})
        self.assertEqual(shop.state, "failed")
        self.assertEqual(shop.with_user(self.quality).mail_error, "Mailbox full")
        self.assertEqual(recall.uninformed_count, 2)
        shop.with_user(self.quality).email = "boss@example.com"
        shop.with_user(self.quality).action_send_again()
        self.assertEqual((mail.state, mail.email_to), ("outgoing", "boss@example.com"))
        self.assertEqual(shop.state, "queued")
        self.assertEqual(len(self._get_mails(recall)), 1)
        mail.state = "sent"
        self.assertEqual(shop.state, "informed")

    def test_failed_one_can_be_phoned_instead(self):
        recall = self._recall()
        self._notify(recall)
        self._get_mails(recall).state = "exception"
        shop = self._get_customer(recall, self.customer).with_user(self.quality)
        shop.action_phoned()
        shop.result = "Ms Weber: 12 set aside"
        self.assertEqual((shop.state, shop.way), ("informed", "phone"))

    def test_address_found_out_makes_a_mail_possible(self):
        recall = self._recall()
        cafe = self._get_customer(recall, self.cafe).with_user(self.quality)
        cafe.email = "cafe@example.com"
        self.assertEqual(cafe.state, "to_send")
        self._notify(recall)
        self.assertEqual(len(self._get_mails(recall)), 2)

    def test_letter_and_in_person(self):
        recall = self._recall()
        self._get_customer(recall, self.cafe).with_user(self.quality).action_wrote()
        self._get_customer(recall, self.customer).with_user(self.quality).action_told()
        self.assertEqual(set(recall.customer_ids.mapped("way")), {"letter", "person"})
        first = recall.customer_ids[0]
        told = first.informed_on
        first.action_phoned()
        self.assertEqual((first.informed_on, first.way != "phone"), (told, True))

    def test_contact_with_an_address_is_written_to(self):
        company = self._create_customer("Markthalle", is_company=True)
        buyer = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": company.id, "email": "buyer@example.com"}
        )
        self._sell(self.jar, 2, self.jar_lot, buyer)
        recall = self._recall()
        row = self._get_customer(recall, company)
        self.assertEqual((row.contact_id, row.email), (buyer, "buyer@example.com"))
        self.assertEqual(row.name, "Markthalle")

    def test_delivery_without_customer_is_listed(self):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        self._move(picking, self.jar, 2, self.jar_lot)
        recall = self._recall()
        row = recall.customer_ids.filtered(lambda row: not row.partner_id)
        self.assertEqual(row.shipment_ids.picking_id, picking)
        self.assertEqual((row.name, row.state), ("Delivered without a customer", "to_phone"))

    def test_rehearsal_changes_nothing(self):
        self._create_order((self.jar, 3))
        self.env.flush_all()
        before = self._count_everything()
        recall = self._recall(rehearsal=True)
        recall.action_refresh()
        for inform in (recall.customer_ids.action_send, recall.customer_ids.action_phoned):
            with self.assertRaisesRegex(UserError, "rehearsal"):
                inform()
        recall.action_close()
        self.env.flush_all()
        self.assertEqual(self._count_everything(), before)
        self.assertEqual(recall.state, "closed")
        self.assertEqual(recall.customer_count, 2)
        self.assertTrue(recall.listed_on)

    def _count_everything(self):
        """Rows of the tables of goods, blocks and mails, and the blocks themselves."""
        facts = {}
        for table in (
            *("stock_lot", "stock_quant", "stock_move", "stock_move_line", "stock_picking"),
            *("mrp_production", "mrp_production_allocation", "sale_order", "mail_mail"),
        ):
            self.env.cr.execute(f'SELECT COUNT(*), MAX(write_date)::text FROM "{table}"')  # pylint: disable=sql-injection
            facts[table] = self.env.cr.fetchone()
        self.env.cr.execute(
            "SELECT COUNT(*) FROM mail_message WHERE model NOT LIKE 'stock.recall%'"
        )
        facts["messages"] = self.env.cr.fetchone()
        self.env.cr.execute("SELECT id FROM stock_lot WHERE is_blocked ORDER BY id")
        facts["blocked"] = self.env.cr.fetchall()
        return facts
