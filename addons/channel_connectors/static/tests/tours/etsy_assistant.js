import { registry } from "@web/core/registry";

const goOn = (step) => [
    {
        content: `Look at the step ${step} and go on`,
        trigger: `.o_form_view div[name=setup_${step}]`,
    },
    {
        trigger: ".o_form_view button[name=action_setup_next].btn-primary",
        run: "click",
    },
];

registry.category("web_tour.tours").add("channel_connectors_etsy_assistant", {
    steps: () => [
        {
            content: "Go to Etsy to let us in",
            trigger: ".o_form_view button[name=action_setup_connect].btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Back in the assistant the shop has told its name",
            trigger: ".o_field_widget[name=shop_name]:contains(SandboxManufaktur)",
        },
        ...["connection", "stock", "taxes", "payments", "shipping", "products"].flatMap(goOn),
        {
            content: "Try the first import",
            trigger: ".o_form_view button[name=action_setup_try].btn-primary",
            run: "click",
        },
        {
            content: "What would happen is shown, order by order",
            trigger: ".o_form_view div[name=setup_trial] .o_data_row:nth-child(3)",
        },
    ],
});
