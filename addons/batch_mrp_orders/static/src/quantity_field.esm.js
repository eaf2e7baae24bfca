import {FloatField, floatField} from "@web/views/fields/float/float_field";
import {formatFloat} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";

/**
 * Decimals with which a computed quantity is shown: three, and below one as many as the
 * first three figures need; never more than `most`. The same rule is in planning/quantity.py.
 *
 * @param {Number} value
 * @param {Number} most
 * @returns {Number}
 */
export function readableDecimals(value, most) {
    const size = Math.abs(value);
    if (!size || size >= 1) {
        return Math.min(3, most);
    }
    return Math.min(Math.max(3, 2 - Math.floor(Math.log10(size))), most);
}

/**
 * Formats a quantity that was computed: a third of a kilogram is "0.333".
 *
 * @param {Number|false} value
 * @param {Object} [options] as for the web client's formatter of floats
 * @returns {String}
 */
export function formatQuantity(value, options = {}) {
    const [whole, most] = options.digits || options.field?.digits || [16, 6];
    return formatFloat(value, {
        ...options,
        digits: [whole, readableDecimals(value || 0, most)],
        trailingZeros: false,
    });
}
formatQuantity.extractOptions = formatFloat.extractOptions;

/**
 * Shows what the planner computed without the decimals that a division leaves behind.
 */
export class QuantityField extends FloatField {
    get formattedValue() {
        return formatQuantity(this.value, {
            digits: this.props.digits,
            field: this.props.record.fields[this.props.name],
        });
    }
}

registry.category("formatters").add("quantity", formatQuantity);
registry.category("fields").add("quantity", {...floatField, component: QuantityField});
