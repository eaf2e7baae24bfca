# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is printed on labels: ingredients, nutrition, base price and GS1 codes.

Nothing here imports odoo. Weights are grams, exact; products are known by their id.
"""
