import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("order_hub_order_production", {
    steps: () => [
        {
            content: "The list shows where the order stands",
            trigger: ".o_data_row:first .o_field_widget[name=production_status] .badge:contains(Versandbereit)",
        },
        {
            content: "Open the newest order",
            trigger: ".o_data_row:first td[name=name]",
            run: "click",
        },
        {
            content: "The order shows its status",
            trigger: ".o_form_view [name=production_badges] .badge:contains(Versandbereit)",
        },
        {
            content: "Open what concerns production",
            trigger: ".o_notebook a[name=production]",
            run: "click",
        },
        {
            content: "The run allocated to the order, with whole pieces",
            trigger: ".o_field_widget[name=allocation_ids] .o_data_row td[name=quantity]:contains(/^20$/)",
        },
        {
            content: "The lots set aside for the order",
            trigger: ".o_field_widget[name=delivered_lot_ids] .o_tag:contains(TOUR-)",
        },
        {
            content: "The runs of all recipe levels",
            trigger: "button[name=action_view_production_runs]:contains(2)",
            run: "click",
        },
        {
            content: "Filling and kettle name the order they serve",
            trigger: ".o_list_view .o_data_row:eq(1) .o_field_widget[name=sale_order_ids] .o_tag",
        },
        {
            content: "Back to the order",
            trigger: ".o_back_button, .breadcrumb-item a:contains(S0)",
            run: "click",
        },
        {
            content: "The lot shipped",
            trigger: "button[name=action_view_delivered_lots]",
            run: "click",
        },
        {
            content: "Its form opens",
            trigger: ".o_form_view .o_field_widget[name=name]:contains(TOUR-), .o_form_view .o_field_widget[name=name] input",
        },
    ],
});
