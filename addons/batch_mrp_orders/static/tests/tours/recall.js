import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("batch_mrp_orders_recall", {
    steps: () => [
        {
            content: "Search the lot by the number on the supplier's warning",
            trigger: ".o_searchview_input",
            run: "fill HSW-5521",
        },
        {
            trigger: ".o_searchview_input",
            run: "press Enter",
        },
        {
            content: "First click: the group of lots in several places",
            trigger: ".o_group_header:contains(/None \\(1\\)/) .o_group_name",
            run: "click",
        },
        {
            content: "Second click: the lot",
            trigger: ".o_list_view .o_data_row:contains(WA-TOUR) td[name=name]",
            run: "click",
        },
        {
            content: "Third click: what is affected?",
            trigger: ".o_statusbar_buttons button[name=action_recall]",
            run: "click",
        },
        {
            content: "Lots of all levels are there",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(J-TOUR)",
        },
        {
            content: "Fourth click: the customers",
            trigger: ".oe_stat_button[name=action_view_customers]",
            run: "click",
        },
        {
            content: "The list of the customers, with their orders",
            trigger: ".o_list_view .o_data_row:contains(Hofladen Probe)",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Café Morgenrot) .badge:contains(To Be Phoned)",
        },
        {
            content: "Back to the recall",
            trigger: ".o_breadcrumb .o_back_button, .o_back_button",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".o_field_widget[name=reason] input",
            run: "edit Residues found",
        },
        {
            content: "Block all of it",
            trigger: ".o_statusbar_buttons button:contains(Block and Recall)",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            content: "It is active, the customers can be told",
            trigger: ".o_arrow_button_current:contains(Active)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_view_notify]",
            run: "click",
        },
        {
            content: "The mail is seen before it is sent",
            trigger: ".modal .o_field_widget[name=body]:contains(J-TOUR)",
        },
        {
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(on their way)",
        },
        {
            trigger: ".oe_stat_button[name=action_view_customers]",
            run: "click",
        },
        {
            content: "Who was told when",
            trigger: ".o_list_view .o_data_row:contains(Hofladen Probe) .badge:contains(On Its Way)",
        },
        {
            content: "The other one is phoned",
            trigger: ".o_list_view .o_data_row:contains(Café Morgenrot) button[name=action_phoned]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Café Morgenrot) .badge:contains(Informed)",
        },
    ],
});
