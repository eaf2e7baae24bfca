# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders of a German shop with what they have to come to, worked out apart from the importer."""

from .orders import STRATA, Expected, Generated, generate
from .spoil import spoil
