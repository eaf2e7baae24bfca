# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Campaigns: in which order a kettle takes its runs, with the cleaning in between.

What is used: ``rules`` says which cleaning a change-over needs; ``sequence`` finds the order.
"""
