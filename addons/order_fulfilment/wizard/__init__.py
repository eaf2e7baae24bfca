# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import stock_batch_plan
from . import stock_picking_pack
