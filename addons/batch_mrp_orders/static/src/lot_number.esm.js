import { patch } from "@web/core/utils/patch";
import { GenerateDialog } from "@stock/widgets/generate_serial";

// "New" proposes the next number of the company's pattern, where one numbers the lots.
patch(GenerateDialog.prototype, {
    async _onGenerateCustomSerial() {
        const productId = this.props.move.data.product_id.id;
        const number = await this.orm.call("product.product", "get_next_lot_number", [[productId]]);
        if (number) {
            this.nextSerial.el.value = number;
        } else {
            await super._onGenerateCustomSerial();
        }
    },
});
