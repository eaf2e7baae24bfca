# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Refuse a database on which another addon of the same technical name is installed.

Odoo would take ours for a newer version of it, and its data for ours. Nothing has been written
when this runs, and the error ends the update, so that the database stays as it is. (A
`pre_init_hook` is not called where the name counts as installed.)
"""

from odoo.exceptions import UserError
from odoo.tools import SQL

# Made by the first version of this addon, and by no other.
MARKER = "model_datev_proof_line"
NAME = "datev_export"


def migrate(cr, version):
    """End the update unless what is installed under the name is ours."""
    cr.execute(SQL("SELECT 1 FROM ir_model_data WHERE module = %s AND name = %s", NAME, MARKER))
    if cr.rowcount:
        return
    raise UserError(
        f"Another addon with the technical name {NAME} (version {version}) is installed on this "
        "database, for example that of the OCA. It is not replaced, and nothing was changed. "
        f"Uninstall it with its own code on the addons path, then install {NAME} anew; or put "
        "this folder off the addons path to keep it."
    )
