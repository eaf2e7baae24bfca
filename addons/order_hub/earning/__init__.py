# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What orders leave: amounts of an order on its lines, fees of payouts on their orders."""
