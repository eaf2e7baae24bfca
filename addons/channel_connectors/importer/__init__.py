# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From orders of a channel to sales orders, a chunk at a time."""

from .orders import OrderImporter
