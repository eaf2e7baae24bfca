import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("batch_mrp_orders_missing_materials", {
    steps: () => [
        {
            content: "Start a quotation",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Look for the customer",
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Hofladen Probe",
        },
        {
            trigger: "ul.ui-autocomplete > li > a:contains(Hofladen Probe)",
            run: "click",
        },
        {
            content: "Add a line",
            trigger: ".o_field_widget[name=order_line] a:contains(Produkt hinzufügen)",
            run: "click",
        },
        {
            trigger: ".o_selected_row div[name=product_template_id] input",
            run: "edit Blossom honey 500 g",
        },
        {
            trigger: "ul.ui-autocomplete a:contains(Blossom honey 500 g)",
            run: "click",
        },
        {
            content: "Forty jars, where there is honey for twenty and no glass at all",
            trigger: ".o_selected_row .o_field_widget[name=product_uom_qty] input",
            run: "edit 40",
        },
        {
            content: "Leave the line",
            trigger: ".o_notebook a[name=order_lines]",
            run: "click",
        },
        {
            content: "The line has its quantity",
            trigger: ".o_field_widget[name=order_line] .o_data_row:not(.o_selected_row) td[name=product_uom_qty]:contains(/^40$/)",
        },
        {
            content: "Check the materials; this saves the quotation",
            trigger: "button[name=action_check_materials]",
            run: "click",
        },
        {
            content: "Only now the missing materials can be ordered",
            trigger: "button[name=action_order_missing_materials]",
        },
        {
            content: "Look at what is missing",
            trigger: ".o_notebook a[name=production]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=material_state] .badge:contains(Fehlt)",
        },
        {
            content: "All the glass is missing",
            trigger: ".o_field_widget[name=material_line_ids] .o_data_row:contains(Glass 500 g) td[name=shortage_qty]:contains(/^40$/)",
        },
        {
            content: "A part of the honey is missing: 20.4 kg are needed, 10.2 are there",
            trigger: ".o_field_widget[name=material_line_ids] .o_data_row:contains(Raw honey) td[name=shortage_qty]:contains(/^10,2$/)",
        },
        {
            content: "Confirming asks",
            trigger: ".o_statusbar_buttons button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row:contains(Glass 500 g)",
        },
        {
            content: "Not yet",
            trigger: ".modal button:contains(Verwerfen)",
            run: "click",
        },
        {
            content: "Order what is missing",
            trigger: "body:not(:has(.modal)) button[name=action_order_missing_materials]",
            run: "click",
        },
        {
            content: "A draft purchase order",
            trigger: ".o_form_view .o_arrow_button_current:contains(Angebotsanfrage)",
        },
        {
            content: "for the supplier of glass and honey",
            trigger: ".o_form_view .o_field_widget[name=partner_id] input:value(Glass & Lids)",
        },
        {
            content: "with the glass that is missing",
            trigger: ".o_field_widget[name=order_line] .o_data_row:contains(Glass 500 g) td[name=product_qty]:contains(/^40$/)",
        },
        {
            content: "Back to the quotation",
            trigger: ".o_breadcrumb a:contains(/^S\\d+$/)",
            run: "click",
        },
        {
            content: "It shows its purchase order, and nothing is short any more",
            trigger: "button[name=action_view_material_purchases]:contains(1)",
        },
        {
            content: "Look at the materials again",
            trigger: ".o_notebook a[name=production]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=material_state] .badge:contains(Erwartet)",
        },
    ],
});
