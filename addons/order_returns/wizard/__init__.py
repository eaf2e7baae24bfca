# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import order_complaint, order_goods_decide
