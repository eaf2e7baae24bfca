# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io
import zipfile

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestDownload(HttpCase):
    def make_export(self):
        export = self.env["datev.export"].create({})
        owner = {"res_model": export._name, "res_id": export.id}
        files = self.env["ir.attachment"].create(
            [
                {"name": f"EXTF_{name}.csv", "raw": name.encode(), **owner}
                for name in ("eins", "zwei")
            ]
        )
        export._store(
            {
                "state": "exported",
                "exported_on": fields.Datetime.now(),
                "attachment_ids": [Command.set(files.ids)],
            }
        )
        return export

    def test_several_files_come_in_one_archive(self):
        export = self.make_export()
        url = export.action_download()["url"]
        new_test_user(self.env, "datev_reader", groups="account.group_account_user")
        self.authenticate("datev_reader", "datev_reader")
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content, self.url_open(url).content, "the same bytes each time")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            contents = {
                name.rpartition("/")[2]: archive.read(name)
                for name in archive.namelist()
                if name.endswith(".csv")
            }
        self.assertEqual(contents, {"EXTF_eins.csv": b"eins", "EXTF_zwei.csv": b"zwei"})

    def test_others_get_nothing(self):
        url = self.make_export().action_download()["url"]
        new_test_user(self.env, "datev_nobody", groups="base.group_user")
        self.authenticate("datev_nobody", "datev_nobody")
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.url_open(url).status_code, 403)
