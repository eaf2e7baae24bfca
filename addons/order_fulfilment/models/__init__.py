# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import ir_actions_report
from . import stock_batch_pick_line
from . import stock_move_line
from . import stock_picking
from . import stock_picking_batch
from . import stock_picking_batch_plan
from . import stock_picking_check
from . import stock_picking_cost
from . import stock_picking_scan
from . import stock_picking_ship
from . import stock_ship_run
from . import stock_warehouse
