import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("order_hub_workflow_setup", {
    steps: () => [
        {
            content: "The ready-made workflows are there; make another one",
            trigger: ".o_list_view:contains(B2B) .o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Abo-Kisten",
        },
        {
            content: "Orders confirm themselves",
            trigger: ".o_field_widget[name=validate_order] input",
            run: "click",
        },
        {
            content: "At once, not only when paid",
            trigger: ".o_field_widget[name=confirm_when] .o_radio_item:contains(Sofort) input",
            run: "click",
        },
        {
            content: "Invoice when shipped",
            trigger: ".o_field_widget[name=create_invoice] input",
            run: "click",
        },
        {
            content: "Post the invoice",
            trigger: ".o_field_widget[name=validate_invoice] input",
            run: "click",
        },
        {
            content: "And send it",
            trigger: ".o_field_widget[name=send_invoice] input",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
