# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import carrier_label_account
from . import carrier_label_billing
from . import carrier_label
from . import carrier_label_buying
from . import carrier_label_reconcile
from . import carrier_label_decide
from . import carrier_manifest
from . import delivery_carrier
from . import delivery_carrier_order
from . import delivery_carrier_dhl
from . import delivery_carrier_returns
from . import stock_picking
from . import stock_picking_buttons
from . import stock_picking_print
from . import product_template
