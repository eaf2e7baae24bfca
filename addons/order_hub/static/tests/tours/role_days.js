import { registry } from "@web/core/registry";

const FORM = ".o_form_view";
// The card with which the day of each role begins, and what its record then offers.
const DAYS = {
    sales: ["check", `${FORM} .o_field_widget[name=order_line]`],
    planner: ["to_plan", `${FORM} [name=production_badges]`],
    production: ["runs", `${FORM} .o_field_widget[name=bom_id]`],
    warehouse: ["to_ship", `${FORM} button[name=button_validate]`],
    quality: ["expiring", `${FORM} .o_field_widget[name=product_id]`],
    accounting: ["invoices", `${FORM} .o_field_widget[name=invoice_line_ids]`],
    manager: ["channel_orders", `${FORM} .o_field_widget[name=channel_id]`],
};

for (const [role, [card, offer]] of Object.entries(DAYS)) {
    registry.category("web_tour.tours").add(`order_hub_day_of_${role}`, {
        steps: () => [
            {
                content: "The card of the day has work",
                trigger: `.o_kanban_record[data-id]:has([data-card=${card}]:not(:contains(/^0$/)))`,
                run: "click",
                timeout: 30000,
            },
            {
                content: "Its list; open the first of it",
                trigger: ".o_list_view .o_data_row:first td.o_data_cell:not(.o_list_button):first",
                run: "click",
                timeout: 30000,
            },
            {
                content: "What it is about",
                trigger: offer,
                timeout: 30000,
            },
        ],
    });
}
