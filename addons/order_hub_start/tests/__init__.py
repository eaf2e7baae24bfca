# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import test_import, test_import_sets
from . import test_comparison
from . import test_first_hour, test_steps
