import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

const FILE = `Ship Name;Ship Address1;Ship Address2;Ship City;Ship Zipcode;Ship Country;Order ID
Marie Schäfer;Lindenstraße 12a;;Leipzig;04109;Deutschland;3511000777
Tom Weiß;Weg 1;;Berlin;10115;Deutschland;999999`;

registry.category("web_tour.tours").add("channel_connectors_fill_addresses", {
    steps: () => [
        {
            content: "Open the channel",
            trigger: ".o_kanban_record:contains(Etsy Shop)",
            run: "click",
        },
        {
            content: "It says how many orders have no address; fill them from a file",
            trigger: "button[name=action_view_address_missing]:contains(2)",
        },
        {
            trigger: "button[name=action_fill_addresses]",
            run: "click",
        },
        {
            content: "Choose the file",
            trigger: ".modal .o_field_widget[name=file]",
            async run() {
                const file = new File([FILE], "EtsySoldOrderItems2026-11.csv", { type: "text/csv" });
                await inputFiles(".modal .o_field_widget[name=file] input[type=file]", [file]);
            },
        },
        {
            content: "The file is there",
            trigger: ".modal .o_field_widget[name=file] .o_clear_file_button",
        },
        {
            content: "See what it would fill",
            trigger: ".modal button[name=action_read]",
            run: "click",
        },
        {
            content: "One address, and an order nobody knows",
            trigger: ".modal .o_data_row:contains(3511000777):contains(Lindenstraße 12a)",
        },
        {
            trigger: ".modal .o_data_row:contains(999999)",
        },
        {
            content: "Fill it",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "Done",
            trigger: ".o_notification:contains(1)",
        },
        {
            content: "One order is left",
            trigger: "body:not(:has(.modal)) button[name=action_view_address_missing]:contains(1)",
        },
    ],
});
