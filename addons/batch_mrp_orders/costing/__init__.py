# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a run really cost, why it differs from its recipe."""
