# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is the same at all carriers: dataclasses, failures, HTTP, and the client's interface."""
