# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)


def post_init_hook(env):
    """Recipes whose products reordering rules make already stay with these rules."""
    rules = env["stock.warehouse.orderpoint"].search([]).filtered(lambda rule: rule._is_planner())
    recipes = rules.bom_id
    for company, group in rules.grouped("company_id").items():
        found = env["mrp.bom"]._bom_find(group.product_id, company_id=company.id, bom_type="normal")
        recipes = recipes.union(*found.values())
    recipes.planning_policy = "stock"
