/** @odoo-module **/

import { registry } from "@web/core/registry";

/** Check, put a finding right, export, hand over by e-mail. Selectors know no language. */
registry.category("web_tour.tours").add("datev_export_handover", {
    steps: () => [
        {
            content: "Open the export of the month",
            trigger: ".o_data_row .o_data_cell[name=date_from]",
            run: "click",
        },
        {
            content: "Check",
            trigger: ".o_statusbar_buttons button[name=action_check]",
            run: "click",
        },
        {
            content: "An invoice has no PDF: have it made",
            trigger: ".o_statusbar_buttons button[name=action_make_documents]",
            run: "click",
        },
        {
            content: "The finding is gone",
            trigger:
                ".o_form_view:not(:has(.o_statusbar_buttons button[name=action_make_documents]))",
        },
        {
            content: "Export",
            trigger: ".o_statusbar_buttons button[name=action_export]",
            run: "click",
        },
        {
            content: "The receipts are there",
            trigger: ".o_notebook a[name=receipts]",
            run: "click",
        },
        {
            content: "One package",
            trigger: ".o_field_widget[name=package_ids] .o_data_row button[name=action_download]",
        },
        {
            content: "Hand over",
            trigger: ".o_statusbar_buttons button[name=action_open_handover]",
            run: "click",
        },
        {
            content: "The advisor is asked for the password on the telephone",
            trigger: ".modal .o_field_widget[name=password] input",
            run: "edit Telefon-4711-Honig",
        },
        {
            content: "Send",
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            content: "Handed over, and it says to whom",
            trigger: ".o_form_view .o_field_widget[name=handed_over_to]:contains(kanzlei@example.com)",
            // The sheet is rendered first, with styles that may have to be compiled.
            timeout: 60000,
        },
    ],
});
