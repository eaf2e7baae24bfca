import { registry } from "@web/core/registry";

const card = (text) => `.o_floor_cards .o_kanban_record:contains(${text})`;

/**
 * Put a quantity on the scale, which is open, and enter it.
 *
 * @param {String} quantity
 * @returns {Object[]} steps
 */
function weigh(quantity) {
    return [
        {
            content: `The scale shows ${quantity}`,
            trigger: ".modal div[name=quantity] input",
            run: `edit ${quantity} && press Tab`,
        },
        {
            trigger: ".modal button[name=action_weigh]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ];
}

registry.category("web_tour.tours").add("batch_mrp_orders_floor", {
    steps: () => [
        {
            content: "The run of today",
            trigger: ".o_floor_runs .o_kanban_record:contains(Balm)",
            run: "click",
        },
        {
            trigger: "button[name=action_floor_start]",
            run: "click",
        },
        {
            content: "It runs",
            trigger: "button[name=action_floor_pause]:enabled",
        },
        {
            content: "Scan the lot of the oil",
            trigger: ".o_floor_scan input",
            run: "edit OIL-1 && press Enter",
        },
        {
            trigger: ".modal div[name=lot_id] input:value(OIL-1)",
        },
        ...weigh("5"),
        {
            content: "More of it is to come, from the next lot",
            trigger: `${card("Almond oil")}:contains(3 kg):contains(OIL-2)`,
            run: "click",
        },
        {
            trigger: ".modal div[name=lot_id] input:value(OIL-2)",
        },
        ...weigh("3"),
        {
            content: "The oil is complete",
            trigger: `${card("Almond oil")} .text-bg-success`,
        },
        {
            content: "Too much wax",
            trigger: card("Beeswax"),
            run: "click",
        },
        {
            trigger: ".modal div[name=quantity] input",
            run: "edit 650 && press Tab",
        },
        {
            content: "It is asked why",
            trigger: ".modal .alert-warning:contains(650 g)",
        },
        {
            trigger: ".modal div[name=reason] input",
            run: "edit Slipped && press Tab",
        },
        {
            trigger: ".modal button[name=action_weigh]",
            run: "click",
        },
        {
            content: "The deviation stands there",
            trigger: "div[name=deviation_ids] .o_data_row:contains(Slipped)",
        },
        {
            content: "Tins are counted",
            trigger: card("Tin"),
            run: "click",
        },
        {
            trigger: ".modal button[name=action_fill_missing]",
            run: "click",
        },
        {
            trigger: ".modal div[name=quantity] input:value(4)",
        },
        {
            trigger: ".modal button[name=action_weigh]",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${card("Tin")} .text-bg-success`,
        },
        {
            trigger: "button[name=action_floor_pause]",
            run: "click",
        },
        {
            trigger: "button[name=action_floor_start]:enabled",
            run: "click",
        },
        {
            trigger: "button[name=action_floor_pause]:enabled",
        },
        {
            content: "Measure the temperature",
            trigger: card("Temperature"),
            run: "click",
        },
        {
            trigger: ".modal div[name=value] input",
            run: "edit 65 && press Tab",
        },
        {
            trigger: ".modal button[name=action_enter]",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${card("Temperature")}:contains(65)`,
        },
        {
            content: "The kettle is clean",
            trigger: card("Kettle is clean"),
            run: "click",
        },
        {
            trigger: ".modal button[name=action_yes]",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${card("Kettle is clean")} .text-bg-success`,
        },
        {
            content: "Finish",
            trigger: "button[name=action_open_finish]",
            run: "click",
        },
        {
            trigger: ".modal div[name=quantity] input:value(10)",
        },
        {
            trigger: ".modal button[name=action_finish]",
            run: "click",
        },
        {
            content: "Finished, with a lot and a batch record",
            trigger: ".alert-success div[name=lot_producing_ids] .o_tag",
        },
        {
            trigger: "button[name=action_print_batch_record]",
        },
    ],
});
