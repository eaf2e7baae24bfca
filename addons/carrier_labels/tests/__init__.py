# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import test_buying
from . import test_reconcile
from . import test_orders
from . import test_print
from . import test_roles
