import { Component, useRef, xml } from "@odoo/owl";
import { useBus, useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * A code that is scanned, or typed where there is no scanner, opens what the record's
 * method `action_scan` answers.
 */
export class FloorScan extends Component {
    static template = xml`
        <div class="o_floor_scan input-group input-group-lg" t-ref="root">
            <span class="input-group-text"><i class="fa fa-barcode"/></span>
            <input
                type="text"
                class="form-control"
                autocomplete="off"
                t-ref="input"
                t-att-placeholder="placeholder"
                t-on-keydown="onKeydown"
            />
        </div>`;
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useService("ui");
        this.root = useRef("root");
        this.input = useRef("input");
        this.placeholder = _t("Scan or type a lot");
        useBus(useService("barcode").bus, "barcode_scanned", (ev) => {
            // A dialog above the screen has a scanner of its own.
            if (this.ui.activeElement.contains(this.root.el)) {
                this.scan(ev.detail.barcode);
            }
        });
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && this.input.el.value.trim()) {
            this.scan(this.input.el.value);
        }
    }

    async scan(code) {
        this.input.el.value = "";
        const { model, resModel, resId } = this.props.record;
        const action = await this.orm.call(resModel, "action_scan", [[resId], code]);
        await this.action.doAction(action, { onClose: () => model.root.load() });
    }
}

registry.category("view_widgets").add("floor_scan", { component: FloorScan });
