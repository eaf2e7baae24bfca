# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from lxml import html

from .etsy import EtsyCase, receipt

MESSAGE = "Alles Gute zum Geburtstag!\n<b>Deine Oma</b>"


class TestGiftSlip(EtsyCase):
    """What lies in the parcel says what the giver wants, and no prices."""

    def slip(self, number, **changes):
        self.receive([receipt(number, (9000 + number, "SEIFE-LAV-100", 690, 2), **changes)])
        order = self.order(number)
        order.action_confirm()
        report = self.env["ir.actions.report"]
        content, _kind = report._render_qweb_html(
            "stock.action_report_delivery", order.picking_ids.ids
        )
        page = html.fromstring(content)
        return page.text_content(), page.xpath("//div[@name='channel_gift']")

    def test_message_sender_and_wrapping(self):
        text, gift = self.slip(
            3501,
            is_gift=True,
            gift_message=MESSAGE,
            gift_sender="Oma Erna",
            gift_wrap_price=350,
            grandtotal=2220,
        )
        (gift,) = gift
        for part in ("Alles Gute zum Geburtstag!", "<b>Deine Oma</b>", "Oma Erna"):
            self.assertIn(part, gift.text_content())
        self.assertEqual(len(gift.xpath(".//div")), 2, "who it is from, and that it is wrapped")
        for price in ("6,90", "6.90", "13,80", "13.80", "22,20", "22.20"):
            self.assertNotIn(price, text)

    def test_a_gift_without_words(self):
        _text, (gift,) = self.slip(3502, is_gift=True)
        self.assertFalse(gift.xpath(".//div|.//p"))

    def test_no_gift(self):
        _text, gift = self.slip(3503)
        self.assertFalse(gift)
