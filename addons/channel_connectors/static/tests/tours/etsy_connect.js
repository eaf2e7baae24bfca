import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("channel_connectors_etsy_connect", {
    steps: () => [
        {
            content: "Nobody has connected the shop yet: go to Etsy",
            trigger: ".o_form_view button[name=action_consent].btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Back from Etsy the shop is connected, and its name is known",
            trigger: ".o_field_widget[name=consent_state] .text-bg-success",
        },
        {
            content: "See what Etsy lets this key do",
            trigger: ".o_field_widget[name=shop_name]:contains(SandboxManufaktur)",
        },
        {
            trigger: "button[name=action_view_abilities]",
            run: "click",
        },
        {
            content: "Each ability has its row",
            trigger: ".o_list_view .o_data_row:nth-child(4)",
        },
    ],
});
