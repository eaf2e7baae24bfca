import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("batch_mrp_orders_reallocation", {
    steps: () => [
        {
            content: "The list begins with runs that are still open; show finished ones, too",
            trigger: ".o_searchview_facet:contains(Offene Fertigungsaufträge) .o_facet_remove",
            run: "click",
        },
        {
            content: "Goods are made for one order; take them for another one",
            trigger: ".o_list_view .o_data_row:contains(Patient) button[name=action_reallocate]",
            run: "click",
        },
        {
            content: "The dialog says whose goods they are",
            trigger: ".modal .o_field_widget[name=available_qty]:contains(/^12$/)",
        },
        {
            content: "Choose the order line of the urgent customer",
            trigger: ".modal .o_field_widget[name=sale_line_id] input",
            run: "click",
        },
        {
            trigger: "ul.ui-autocomplete > li > a:contains(Blossom honey 500 g)",
            run: "click",
        },
        {
            content: "It misses eight, and eight are offered",
            trigger: ".modal .o_field_widget[name=missing_qty]:contains(/^8$/)",
        },
        {
            trigger: ".modal .o_field_widget[name=quantity] input:value(8)",
        },
        {
            content: "Nothing is given without a reason",
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_invalid[name=reason] input",
            run: "edit Messe am Wochenende",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            content: "The urgent customer has eight",
            trigger: "body:not(:has(.modal)) .o_list_view .o_data_row:contains(Urgent) td[name=quantity]:contains(/^8$/)",
        },
        {
            content: "and the other one keeps four",
            trigger: ".o_list_view .o_data_row:contains(Patient) td[name=quantity]:contains(/^4$/)",
        },
    ],
});
