"""The company of the demo: a small German maker, as the base of every database of ours.

Runs inside Odoo. A change of this file makes the cached databases be built anew.
"""

COMPANY = {
    "name": "Imkerei Beispiel GmbH",
    "street": "Lindenweg 4",
    "zip": "79098",
    "city": "Freiburg im Breisgau",
    "vat": "DE136695976",
}
LANGUAGE = "de_DE"
TIME_ZONE = "Europe/Berlin"
CHART = "de_skr03"


def set_up(env) -> None:
    """Make the main company a German one with SKR03, its users German in Berlin's time."""
    company = env.ref("base.main_company")
    company.write(
        {
            **COMPANY,
            "country_id": env.ref("base.de").id,
            "currency_id": env.ref("base.EUR").id,
        }
    )
    env["account.chart.template"].try_loading(CHART, company, install_demo=False)
    settings = {"lang": LANGUAGE, "tz": TIME_ZONE}
    env["res.users"].with_context(active_test=False).search([]).write(settings)
    env["res.partner"].with_context(active_test=False).search([]).write(settings)
    env["ir.default"].set("res.partner", "lang", LANGUAGE)
    env["ir.default"].set("res.partner", "tz", TIME_ZONE)
