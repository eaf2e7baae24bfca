"""Set-up of the project: fetch Odoo, start PostgreSQL, build databases, run the product."""
