# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import order_hub_start
from . import order_hub_start_company
