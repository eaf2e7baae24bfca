import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("batch_mrp_orders_campaign", {
    steps: () => [
        {
            content: "Order the runs of this kettle",
            trigger: "button[name=action_order_campaign]",
            run: "click",
        },
        {
            content: "The preview has all of them",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:nth-child(3)",
        },
        {
            trigger: "button[name=action_apply]",
            run: "click",
        },
        {
            content: "It is applied, and can be undone",
            trigger: "button[name=action_undo]",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(button[name=action_undo])):not(:has(.modal))",
        },
    ],
});
