# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Odoo by a program with a path: its process for websockets starts anew by the path."""

from odoo.cli.command import main

if __name__ == "__main__":
    main()
