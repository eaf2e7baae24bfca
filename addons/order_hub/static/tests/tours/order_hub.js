import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("order_hub_overview", {
    steps: () => [
        {
            content: "Open what is to be planned",
            trigger: ".o_kanban_record[data-id]:has([data-card=to_plan])",
            run: "click",
        },
        {
            content: "Open an order of the list",
            trigger: ".o_list_view .o_data_row:first td[name=name]",
            run: "click",
        },
        {
            content: "The order, and back to the list",
            trigger: ".o_form_view [name=production_badges]",
        },
        {
            content: "Back to the list",
            trigger: ".o_back_button, .breadcrumb-item:last a",
            run: "click",
        },
        {
            content: "Back to the hub",
            trigger: ".o_list_view .breadcrumb-item:first a, .o_list_view .o_back_button",
            run: "click",
        },
        {
            content: "Search for a number",
            trigger: ".o_kanban_view .o_searchview_input",
            run: "edit HUB-TOUR%1",
        },
        {
            content: "It is searched for in everything",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
            run: "click",
        },
        {
            content: "One order is found",
            trigger: ".o_kanban_record [data-card=found]:contains(1)",
            run: "click",
        },
        {
            content: "The list shows it",
            trigger: ".o_list_view .o_data_row:only-child td[name=client_order_ref]:contains(HUB-TOUR%1)",
        },
    ],
});
