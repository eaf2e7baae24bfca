# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the stand-ins have in common: a server, its state, faults and a control interface."""
