import { registry } from "@web/core/registry";

// The shop is asked, and orders are imported: on a busy machine that takes its time.
const SLOW = 40000;
const field = (name) => `.o_form_view .o_field_widget[name=${name}]`;
const onStep = (name) => `.o_form_view div[name=setup_${name}]`;
const next = (name) => [
    {
        content: `Go on to ${name}`,
        trigger: "button[name=action_setup_next]:enabled",
        run: "click",
    },
    {
        trigger: onStep(name),
        timeout: SLOW,
    },
];

registry.category("web_tour.tours").add("channel_connectors_connect_shop", {
    steps: () => [
        {
            content: "A new channel starts with the assistant",
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            trigger: `${onStep("connection")} ${field("client_id")} input, ${field("client_id")} input`,
            run: "edit sandbox-client-id",
        },
        {
            content: "A mistake",
            trigger: `${field("client_secret")} input`,
            run: "edit wrong",
        },
        {
            trigger: "button[name=action_setup_connect]",
            run: "click",
        },
        {
            content: "The shop says no, and the page says why",
            trigger: ".o_form_view .alert-danger",
            timeout: SLOW,
        },
        {
            trigger: `${field("client_secret")} input`,
            run: "edit sandbox-client-secret",
        },
        {
            trigger: "button[name=action_setup_connect]:enabled",
            run: "click",
        },
        {
            content: "The shop answers",
            trigger: `${field("shop_currency")}:contains(EUR)`,
            timeout: SLOW,
        },
        {
            trigger: "body:not(:has(.o_form_view .alert-danger))",
        },
        ...next("stock"),
        {
            content: "The first location stands for the warehouse",
            trigger: `${field("location_ids")} .o_data_row:contains(Lager Köln) td[name=warehouse_ids]`,
            run: "click",
        },
        {
            trigger: `${field("location_ids")} .o_selected_row td[name=warehouse_ids] input`,
            run: "click",
        },
        {
            trigger: "ul.ui-autocomplete a:contains(Tour warehouse)",
            run: "click",
        },
        {
            trigger: `${field("location_ids")} .o_data_row .o_tag`,
        },
        ...next("taxes"),
        {
            content: "Austria was found in the orders, and a tax made for it",
            trigger: `${field("tax_ids")} .o_data_row:contains(20% AT OSS)`,
        },
        ...next("payments"),
        {
            trigger: "button[name=action_setup_journal]",
            run: "click",
        },
        {
            content: "The clearing account is there",
            trigger: "body:not(:has(button[name=action_setup_journal]))",
        },
        ...next("shipping"),
        ...next("products"),
        {
            content: "The candle has no product",
            trigger: `${field("setup_listing_ids")} .o_data_row:contains(KER-1) td[name=product_id]`,
            run: "click",
        },
        {
            trigger: `${field("setup_listing_ids")} .o_selected_row div[name=product_id] input`,
            run: "edit Tour candle",
        },
        {
            trigger: "ul.ui-autocomplete a:contains(Tour candle)",
            run: "click",
        },
        ...next("trial"),
        {
            trigger: "button[name=action_setup_try]",
            run: "click",
        },
        {
            content: "Every order could be imported",
            trigger: `${onStep("trial")} .alert-success`,
            timeout: SLOW,
        },
        {
            trigger: `${field("trial_line_ids")} .o_data_row:contains(#1002)`,
        },
        {
            trigger: "button[name=action_setup_import]",
            run: "click",
        },
        {
            trigger: onStep("live"),
            timeout: SLOW,
        },
        {
            content: "Stock is to be offered",
            trigger: `${field("push_stock")} input`,
            run: "click",
        },
        {
            trigger: "button[name=action_setup_finish]",
            run: "click",
        },
        {
            content: "The channel as it is used every day, with nothing missing",
            trigger: ".o_form_view button[name=action_import_orders]",
        },
        {
            trigger: "body:not(:has(button[name=action_setup].btn-primary))",
        },
    ],
});
