# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Stories of a shop, told to a real Odoo while everything that can fail does.

`story` draws what happens to orders and stock, `world` is what a stand-in shop has to offer for
that (one class for each channel), `workers` are processes of Odoo, `hub` starts and kills them,
`inside` is what runs inside Odoo, `play` tells a story and waits until both sides are still.
"""
