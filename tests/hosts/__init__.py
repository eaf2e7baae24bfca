# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Several hosts with Odoo on one machine: each in a network of its own, before one database server.

`net` makes the networks and cuts them, `proxy` divides requests, `cluster` starts and kills hosts,
`keep` starts Odoo again when it ends, `inside` is what runs inside Odoo. It takes Linux and root.
"""
