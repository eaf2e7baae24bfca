# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import mrp_production
from . import order_hub_card
from . import order_hub_import
from . import order_hub_import_row
from . import order_hub_import_words
from . import order_hub_import_products
from . import order_hub_import_partners
from . import order_hub_import_recipes
from . import order_hub_import_lots
from . import order_hub_start_step
from . import order_hub_comparison
from . import order_hub_comparison_entries
from . import order_hub_comparison_export
from . import order_hub_comparison_row
from . import res_company
