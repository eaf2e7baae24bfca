import {formatFloat} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";

// No price, weight or percentage is kept with this many decimals, quantities are:
// pieces must read "12" and grams "0.004", not "12.000000" and "0.004000".
const QUANTITY_DIGITS = 5;

/**
 * Formats a float as the web client does, and a quantity without trailing zeros.
 *
 * @param {Number|false} value
 * @param {Object} [options] as for the web client's own formatter
 * @returns {String}
 */
export function formatQuantityAwareFloat(value, options = {}) {
    const digits = options.digits || options.field?.digits;
    if (digits && digits[1] >= QUANTITY_DIGITS) {
        return formatFloat(value, {...options, trailingZeros: false});
    }
    return formatFloat(value, options);
}
formatQuantityAwareFloat.extractOptions = formatFloat.extractOptions;

registry.category("formatters").add("float", formatQuantityAwareFloat, {force: true});
