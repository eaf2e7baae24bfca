import { registry } from "@web/core/registry";

// What a person does for fifty orders: each step with a "run" is one click or one scan.
registry.category("web_tour.tours").add("order_fulfilment_ship_desk", {
    steps: () => [
        {
            content: "Fifty deliveries are ready: plan the walk",
            trigger: ".modal [name=ready_count]:contains(50)",
        },
        {
            trigger: ".modal button[name=action_plan]",
            run: "click",
        },
        {
            content: "One batch of fifty boxes; pick it",
            trigger: ".o_data_row button[name=action_open_pick_list]",
            run: "click",
        },
        {
            content: "Two places to go to; tick off what was taken",
            trigger: ".o_pick_list .o_kanban_record:contains(Candle)",
            run: "click",
        },
        {
            trigger: ".o_pick_list .o_kanban_record:contains(Candle) .fa-check-square",
        },
        {
            trigger: ".o_pick_list .o_kanban_record:contains(JAR-1)",
            run: "click",
        },
        {
            trigger: ".o_pick_list .o_kanban_record:contains(JAR-1) .fa-check-square",
        },
        {
            content: "Back to the batch",
            trigger: ".breadcrumb-item a, .o_back_button",
            run: "click",
        },
        {
            content: "Its boxes at the ship desk",
            trigger: ".o_data_row button[name=action_open_ship_desk]",
            run: "click",
        },
        {
            content: "Scan the batch from the pick list",
            trigger: ".o_ship_desk_scan input",
            async run(helpers) {
                const titles = document.querySelectorAll(".o_search_panel_label_title");
                const names = [...titles].map((title) => title.textContent.trim());
                await helpers.edit(names.find((name) => name.startsWith("BATCH")));
                await helpers.press("Enter");
            },
        },
        {
            content: "All are ticked",
            trigger: ".o_selection_box:contains(50)",
        },
        {
            content: "Off they go",
            trigger: "button[name=action_ship]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(50)",
            timeout: 60000, // fifty deliveries on a busy machine
        },
        {
            content: "The desk is empty",
            trigger: ".o_view_nocontent",
        },
    ],
});
