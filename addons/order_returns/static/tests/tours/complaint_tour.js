/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("order_returns_complaint", {
    steps: () => [
        {trigger: "button[name='action_open_complaint']", run: "click"},
        {
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "click",
        },
        {trigger: ".o-autocomplete--dropdown-item:eq(0) a", run: "click"},
        {
            trigger: ".modal .o_field_widget[name='operation_id'] .o_radio_item:eq(1) input",
            run: "click",
        },
        {trigger: ".modal .o_data_row td[name='quantity']", run: "click"},
        {trigger: ".modal .o_data_row td[name='quantity'] input", run: "edit 2"},
        {trigger: ".modal button[name='action_create']", run: "click"},
        {trigger: "button[name='action_view_receipt']", run: "click", timeout: 30000},
        {trigger: "button[name='button_validate']", run: "click", timeout: 30000},
        {trigger: ".o_arrow_button_current[data-value='done']", timeout: 30000},
        {trigger: ".o_back_button a, .breadcrumb-item:last a", run: "click"},
        {trigger: "button[name='action_decide_goods']", run: "click", timeout: 30000},
        {
            trigger: ".modal .o_field_widget[name='decision'] .o_radio_item:eq(1) input",
            run: "click",
        },
        {trigger: ".modal .o_field_widget[name='note'] input", run: "edit broken"},
        {trigger: ".modal button[name='action_apply']", run: "click"},
        {trigger: "body:not(.modal-open) button[name='action_refund']", run: "click"},
        {trigger: "button[name='action_view_refund']", run: "click", timeout: 30000},
        {trigger: ".o_field_widget[name='invoice_line_ids'] .o_data_row", timeout: 30000},
        {
            trigger: "body",
            run: () => {
                window.location = "/odoo/action-order_returns.order_complaint_report_action";
            },
            expectUnloadPage: true,
        },
        {trigger: ".o_pivot_view td.o_pivot_cell_value", timeout: 30000},
    ],
});
