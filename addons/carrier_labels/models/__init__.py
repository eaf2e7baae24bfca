# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import carrier_label_account
from . import carrier_label_billing
from . import carrier_label
from . import carrier_label_buying
from . import carrier_label_reconcile
from . import delivery_carrier
from . import delivery_carrier_order
from . import delivery_carrier_dhl
from . import stock_picking
from . import product_template
from . import carrier_label_token
from . import carrier_label_account_ups
from . import delivery_carrier_ups
from . import delivery_carrier_ups_rate
