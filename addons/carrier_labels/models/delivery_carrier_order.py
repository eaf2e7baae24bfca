# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..carriers.base.types import Address, LabelOrder, Parcel, Services

GRAM = Decimal("0.001")
# A pound in kilograms, a foot in millimetres.
POUND, FOOT = Decimal("0.45359237"), Decimal("304.8")


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    def _prepare_label_order(self, picking):
        """What is told to the carrier, but for the reference; a provider adds its own.

        ``_<provider>_label_values(picking, order)`` returns the fields to replace.
        """
        self.ensure_one()
        order = LabelOrder(
            reference="",
            product="",
            sender=self._label_sender(picking),
            recipient=self._label_recipient(picking),
            parcels=self._label_parcels(picking),
            ship_date=fields.Date.context_today(picking),
            services=self._label_services(picking),
            label_format=self.label_format,
        )
        return getattr(self, f"_{self.delivery_type}_label_order")(picking, order)

    def _label_sender(self, picking):
        partner = picking.picking_type_id.warehouse_id.partner_id or picking.company_id.partner_id
        return self._label_address(partner, picking.company_id.name, contact="both")

    def _label_recipient(self, picking):
        if not picking.partner_id:
            raise UserError(self.env._("%s has no delivery address.", picking.name))
        return self._label_address(picking.partner_id, "", contact=self.label_contact)

    def _label_address(self, partner, name, *, contact):
        """An address as it is written; ``contact`` says what of the contact data goes along."""
        company = partner.commercial_company_name or ""
        own = partner.name or name or company
        names = [name for name in (company, own) if name] if company != own else [own]
        return Address(
            name=names[0] if names else "",
            name2=names[1] if len(names) > 1 else "",
            street=(partner.street or "").strip(),
            street2=(partner.street2 or "").strip(),
            zip=(partner.zip or "").strip(),
            city=(partner.city or "").strip(),
            state=partner.state_id.code or "",
            country=partner.country_id.code or "",
            email=(partner.email_normalized or "") if contact != "none" else "",
            phone=(partner.phone or "") if contact == "both" else "",
            customs_number=partner.commercial_partner_id.eori or "",
        )

    def _label_parcels(self, picking):
        """A parcel for each package, and one for what is in none.

        Core's packages are not taken: their weight is known only after the delivery is validated,
        and a label that was bought before has to be the same one then.
        """
        by_package = picking.move_line_ids.grouped("result_package_id")
        return tuple(
            self._label_parcel(picking, package, lines)
            for package, lines in sorted(by_package.items(), key=lambda item: item[0].id or 0)
        ) or (self._label_return_parcel(picking),)

    def _label_parcel(self, picking, package, lines):
        kind = package.package_type_id or self.label_package_type_id
        weight = sum(line.quantity_product_uom * line.product_id.weight for line in lines)
        weight += kind.base_weight
        if package:
            weight = package.shipping_weight or weight
        elif picking.shipping_weight != picking.weight_bulk:
            # Somebody has weighed it. With packages beside it, theirs are in it.
            packages = picking.move_line_ids.result_package_id
            weight = picking.shipping_weight - sum(packages.mapped("shipping_weight")) or weight
        return Parcel(
            weight=self._label_weight(weight),
            **self._label_size(kind),
            name=package.name or picking.name,
            content=tuple(self._label_content(picking, lines)),
        )

    def _label_return_parcel(self, picking):
        """What is to come back, of which nothing is known but how much of it there is."""
        weight = picking._get_estimated_weight() + self.label_package_type_id.base_weight
        return Parcel(weight=self._label_weight(weight), name=picking.name)

    def _label_size(self, kind):
        return {
            "length": self._label_length(kind.packaging_length),
            "width": self._label_length(kind.width),
            "height": self._label_length(kind.height),
        }

    def _label_weight(self, weight):
        """In kilograms, to the gram; the unit is that of all weights in Odoo."""
        # sudo: only administrators of the system can read parameters
        parameters = self.env["ir.config_parameter"].sudo()
        unit = POUND if parameters.get_param("product.weight_in_lbs") == "1" else 1
        return (Decimal(str(weight)) * unit).quantize(GRAM)

    def _label_length(self, length):
        """In whole millimetres; the unit is that of all lengths in Odoo."""
        # sudo: only administrators of the system can read parameters
        parameters = self.env["ir.config_parameter"].sudo()
        unit = FOOT if parameters.get_param("product.volume_in_cubic_feet") == "1" else 1
        return int((Decimal(str(length)) * unit).to_integral_value())

    def _label_services(self, picking):
        """What is the same at all carriers: the age of the recipient, where a product needs it."""
        ages = picking.move_ids.product_id.mapped("label_age_check")
        return Services(age=max((int(age) for age in ages if age), default=0))
