# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import test_check
from . import test_pack
from . import test_plan
from . import test_scan
from . import test_ship
from . import test_ship_labels
from . import test_ship_tour
