# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Walks through all that a user can open, as the web client does it."""

from lxml import etree

from odoo.exceptions import AccessError, MissingError, RedirectWarning, UserError
from odoo.tools.safe_eval import safe_eval
from odoo.tools.view_validation import get_expression_field_names

RECORDS = 3
VIEWS = ("list", "kanban", "form")
# Its form asks a server of Odoo's.
SKIPPED = {"iap.account"}
LINKS = "//div[@name='button_box']//button[@name]"


class Walker:
    """What ``user`` cannot open: ``broken`` has what was tried with the error, ``seen`` what was
    tried at all.
    """

    def __init__(self, env, user):
        # A new environment, so that nothing read with other rights is in its cache.
        context = {**env.context, "allowed_company_ids": user.company_id.ids}
        self.env = env(user=user, su=False, context=context)
        self.broken = {}
        self.seen = set()
        self._opened = set()

    def get_menus(self):
        """The menus that are shown: whose parents are shown too."""
        loaded = self.env["ir.ui.menu"].load_menus(False)
        ids, shown = list(loaded["root"]["children"]), []
        while ids:
            menu_id = ids.pop()
            shown.append(menu_id)
            ids += loaded[menu_id]["children"]
        return self.env["ir.ui.menu"].browse(sorted(shown))

    def walk_menus(self):
        # A menu is shown with its path; to read its action is for the client to do, as here.
        for menu in self.get_menus().sudo().with_context(lang="en_US"):
            if menu.action:
                self._try(menu.complete_name, self._open_stored, menu.action)

    def walk_cards(self):
        """Each card of the hub."""
        for card in self.env["order.hub.card"].search([("code", "!=", "found")]):
            self._try(f"card {card.code}", self._press_card, card)

    def _press_card(self, card, title):
        self._open(card.action_open(), title)

    def walk_records(self, records, title):
        """The forms of records."""
        records = records.with_env(self.env)
        self._try(title, self._open_views, records._name, [(False, "form")], records)

    # ------------------------------------------------------------------------- opening
    def _try(self, title, call, *args):
        self.seen.add(title)
        try:
            with self.env.cr.savepoint():
                call(*args, title)
        except AccessError as error:
            self.broken[title] = str(error)
        except (UserError, MissingError, RedirectWarning):
            return  # Said in words, as a person would see it: nothing to open here.

    def _open_stored(self, action, title):
        kind = action._name
        if kind == "ir.actions.server":
            self._open(action.with_env(self.env).run(), title)
        elif kind == "ir.actions.act_window":
            self._open(action._get_action_dict(), title)

    def _open(self, action, title, active_id=False):
        """Open what a button or menu gives; each list once."""
        if not isinstance(action, dict) or action.get("type") != "ir.actions.act_window":
            return
        model, record_id = action["res_model"], action.get("res_id")
        views = [tuple(view) for view in action.get("views") or [(False, "form")]]
        key = (model, tuple(views), bool(record_id))
        if key in self._opened or model in SKIPPED:
            return
        self._opened.add(key)
        if record_id:
            records = self.env[model].browse(record_id)
        elif action.get("target") == "new":
            records = self.env[model]
        else:
            records = self.env[model].search(
                self._evaluate(action.get("domain"), active_id), limit=RECORDS
            )
        self._open_views(model, views, records, title)

    def _evaluate(self, value, active_id):
        if not value or not isinstance(value, str):
            return value or []
        names = {"uid": self.env.uid, "allowed_company_ids": self.env.companies.ids}
        names |= {"context": {}, "active_id": active_id, "active_ids": [active_id]}
        return safe_eval(value, self.env["ir.actions.actions"]._get_eval_context() | names) or []

    def _open_views(self, model, views, records, title):
        wanted = [(view, kind) for view, kind in views if kind in VIEWS]
        loaded = self.env[model].get_views([*wanted, (False, "search")])
        for kind, view in loaded["views"].items():
            if kind == "search":
                continue
            arch = etree.fromstring(view["arch"])
            fields = loaded["models"][model]["fields"]
            specification = self._get_specification(arch, model, fields)
            if kind == "form":
                records = records[:1]
            records.web_read(specification)
            if kind == "form" and records:
                self._follow_links(arch, records, title)

    def _get_specification(self, arch, model, fields):
        """What the client asks for to show the view."""
        specification = {}
        for node in arch.iterfind(".//field[@name]"):
            outer = next(node.iterancestors("field"), None)
            if outer is not None and outer is not arch:
                continue
            name = node.get("name")
            field = self.env[model]._fields.get(name)
            if field is None:
                continue
            specification[name] = {}
            if field.type in ("many2one", "reference"):
                specification[name] = {"fields": {"display_name": {}}}
            inner = node.find("./list")
            if inner is None:
                inner = node.find("./kanban")
            if field.type in ("one2many", "many2many") and inner is not None:
                nested = self._get_specification(inner, field.comodel_name, fields)
                specification[name] = {"fields": nested}
        return specification

    # --------------------------------------------------------------------- smart buttons
    def _follow_links(self, arch, record, title):
        for button in arch.xpath(LINKS):
            if self._is_shown(button, record):
                name = f"{title} > {button.get('name')}"
                self._try(name, self._press, button, record)

    def _is_shown(self, button, record):
        for node in (button, *button.iterancestors()):
            condition = node.get("invisible", "0")
            if self._holds(condition, record):
                return False
        return True

    def _holds(self, condition, record):
        # What depends on the context is about how one has come here, not about rights.
        return "context." not in condition and safe_eval(
            condition, self._get_names(condition, record)
        )

    def _press(self, button, record, title):
        name = button.get("name")
        names = self._get_names(button.get("context", "{}"), record)
        context = safe_eval(button.get("context", "{}"), names)
        if button.get("type") == "action":
            action = self._load(name)
        else:
            action = getattr(record.with_context(**context), name)()
        self._open(action, title, record.id)

    def _load(self, name):
        """The action of a button; whoever sees the button may load it, as in core's controller."""
        actions = self.env["ir.actions.actions"].sudo()
        action = actions.browse(int(name)) if name.isdecimal() else self.env.ref(name).sudo()
        return self.env[action.type].sudo().browse(action.id)._get_action_dict()

    def _get_names(self, expression, record):
        """What an expression of the form can use."""
        names = {"id": record.id, "active_id": record.id, "context": {}, "uid": self.env.uid}
        for name in get_expression_field_names(expression):
            if field := record._fields.get(name):
                names[name] = field.convert_to_read(record[name], record, use_display_name=False)
        return names
