import { registry } from "@web/core/registry";

const row = (name) => `.o_list_view .o_data_row:contains(${name})`;
const solve = (name) => ({
    content: `Solve ${name}`,
    trigger: `${row(name)} button[name=action_fix]`,
    run: "click",
});
const back = [
    {
        trigger: ".o_back_button, .breadcrumb-item a:first",
        run: "click",
    },
];
const gone = (name) => ({
    content: `${name} no longer needs attention`,
    trigger: `.o_list_view:not(:has(.o_data_row:contains(${name})))`,
});

registry.category("web_tour.tours").add("channel_connectors_attention_operator", {
    steps: () => [
        solve("#T-PRODUCT"),
        {
            content: "The one product nobody knows",
            trigger: `${row("KER-1")} td[name=product_id]`,
            run: "click",
        },
        {
            trigger: ".o_selected_row div[name=product_id] input",
            run: "edit Tour candle",
        },
        {
            trigger: "ul.ui-autocomplete a:contains(Tour candle)",
            run: "click",
        },
        {
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_selected_row))",
        },
        ...back,
        solve("#T-ADDRESS"),
        {
            content: "The country is missing",
            trigger: ".modal div[name=country_id] input",
            run: "edit Deutschland",
        },
        {
            trigger: "ul.ui-autocomplete a:contains(Deutschland)",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        gone("#T-ADDRESS"),
    ],
});

registry.category("web_tour.tours").add("channel_connectors_attention_manager", {
    steps: () => [
        solve("#T-TAX"),
        {
            content: "The rate without a tax",
            trigger: ".o_list_view .o_data_row td[name=tax_id]",
            run: "click",
        },
        {
            trigger: ".o_selected_row div[name=tax_id] input",
            run: "edit DE 7 True",
        },
        {
            trigger: "ul.ui-autocomplete a:contains(DE 7 True)",
            run: "click",
        },
        {
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_selected_row))",
        },
        ...back,
        gone("#T-TAX"),
    ],
});
