import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("order_hub_order_check", {
    steps: () => [
        {
            content: "The list names what the check found",
            trigger: ".o_data_row:contains(Fix me) td[name=check_note]:contains(Hausnummer)",
        },
        {
            content: "Open the order whose address is wrong",
            trigger: ".o_data_row:contains(Fix me) td[name=name]",
            run: "click",
        },
        {
            content: "It is blocked",
            trigger: "[name=production_badges] .badge:contains(Gesperrt)",
        },
        {
            content: "Go to the customer",
            trigger: ".o_field_widget[name=partner_id] a:contains(Fix me)",
            run: "click",
        },
        {
            content: "Complete the street",
            trigger: ".o_field_widget[name=street] input",
            run: "edit Lindenweg 4",
        },
        {
            content: "Save the customer",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Back to the order",
            trigger: ".o_form_saved",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item:last a",
            run: "click",
        },
        {
            content: "Check again",
            trigger: "button[name=action_check_order]",
            run: "click",
        },
        {
            content: "Nothing holds it back any more",
            trigger: "[name=production_badges] .badge:contains(Versandbereit)",
        },
        {
            content: "Back to the list",
            trigger: ".breadcrumb-item a:contains(Auftragsprüfung), .o_back_button",
            run: "click",
        },
        {
            content: "It has gone; open the other one",
            trigger: ".o_list_view:not(:contains(Fix me)) .o_data_row:contains(Release me) td[name=name]",
            run: "click",
        },
        {
            content: "Let it through as it is",
            trigger: "button[name=action_release_planning]",
            run: "click",
        },
        {
            content: "It can be shipped",
            trigger: "[name=production_badges] .badge:contains(Versandbereit)",
        },
    ],
});
