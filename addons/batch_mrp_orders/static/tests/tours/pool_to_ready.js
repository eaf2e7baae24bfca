import { registry } from "@web/core/registry";

/**
 * Open a run from the list, give it a lot, produce all of it, and return to the list.
 *
 * @param {String} product
 * @returns {Object[]} steps
 */
function produce(product) {
    return [
        {
            content: `Open the run of ${product}`,
            trigger: `.o_list_view .o_data_row:contains(${product}) td[name=product_id]`,
            run: "click",
        },
        {
            content: "Its materials are reserved",
            trigger: ".o_form_view .o_field_widget[name=components_availability]:contains(Verfügbar)",
        },
        {
            content: "Give it a lot",
            trigger: "button[name=action_generate_serial]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=lot_producing_ids] .o_tag",
        },
        {
            content: "Produce all",
            trigger: ".o_statusbar_buttons button[name=button_mark_done]:visible",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Erledigt)",
        },
    ];
}

registry.category("web_tour.tours").add("batch_mrp_orders_pool_to_ready", {
    steps: () => [
        {
            content: "The pool has the lines of both orders",
            trigger: ".o_list_view .o_data_row:eq(1) td[name=open_qty]",
        },
        {
            content: "Select all of them",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Plan their runs",
            trigger: ".o_control_panel button:contains(Fertigung planen)",
            run: "click",
        },
        {
            content: "One filling run for both",
            trigger: ".modal .o_data_row:contains(Blossom honey 500 g) .o_field_widget[name=order_ids] .o_tag:eq(1)",
        },
        {
            content: "and one full kettle",
            trigger: ".modal .o_data_row:contains(creamed) td[name=quantity]:contains(/^10$/)",
        },
        {
            content: "Create the runs",
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains(Geplante Fertigungsaufträge)",
        },
        ...produce("creamed"),
        {
            content: "Back to the runs",
            trigger: ".o_breadcrumb a:contains(Geplante Fertigungsaufträge)",
            run: "click",
        },
        ...produce("Blossom honey 500 g"),
        {
            content: "The run names whom it was made for",
            trigger: ".o_notebook a[name=allocations]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=allocation_ids] .o_data_row:eq(1) .badge:contains(Gefertigt)",
        },
        {
            content: "Go to the orders",
            trigger: "button[name=action_view_sale_orders]",
            run: "click",
        },
        {
            content: "Both are ready to be shipped",
            trigger: ".o_list_view .o_data_row:eq(1) .o_field_widget[name=production_status] .badge:contains(Versandbereit)",
        },
        {
            trigger: ".o_list_view .o_data_row:eq(0) td[name=name]",
            run: "click",
        },
        {
            content: "The order says so, too",
            trigger: ".o_form_view [name=production_badges] .badge:contains(Versandbereit)",
        },
    ],
});
