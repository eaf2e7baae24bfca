import { registry } from "@web/core/registry";

// On a busy machine pages take their time.
const SLOW = 40000;
const field = (name) => `.o_form_view .o_field_widget[name=${name}]`;
const onStep = (name) => ({
    trigger: `.o_form_view div[name=setup_${name}]`,
    timeout: SLOW,
});
const next = (name) => [
    {
        content: `Go on to ${name}`,
        trigger: "button[name=action_next]:enabled:visible",
        run: "click",
    },
    onStep(name),
];

registry.category("web_tour.tours").add("datev_export_setup", {
    steps: () => [
        {
            content: "The empty list leads to the assistant",
            trigger: ".o_view_nocontent a[type=action]",
            run: "click",
        },
        onStep("advisor"),
        {
            content: "Without the numbers of the advisor it does not go on",
            trigger: "button[name=action_next]:enabled:visible",
            run: "click",
        },
        {
            trigger: ".modal .modal-footer button",
            timeout: SLOW,
            run: "click",
        },
        {
            trigger: `${field("datev_consultant_number")} input`,
            run: "edit 29098",
        },
        {
            trigger: `${field("datev_client_number")} input`,
            run: "edit 55003",
        },
        {
            trigger: `${field("advisor_name")} input`,
            run: "edit Frau Steuer",
        },
        {
            content: "The advisor has confirmed this page",
            trigger: "button[name=action_confirm_step]",
            run: "click",
        },
        {
            trigger: `${field("step_question_ids")} button[name=action_reopen]`,
            timeout: SLOW,
        },
        ...next("chart"),
        {
            trigger: `${field("datev_chart")}:contains(03)`,
            timeout: SLOW,
        },
        ...next("personal"),
        {
            content: "Numbers for all who have none",
            trigger: "button[name=action_assign_numbers]",
            run: "click",
        },
        {
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The page is read again, with the numbers",
            trigger: `${field("customer_count")}:contains(1)`,
            timeout: SLOW,
        },
        ...next("taxes"),
        ...next("handover"),
        {
            content: "What the mail server of the company takes",
            trigger: `${field("datev_mail_limit")} input`,
            run: "edit 15",
        },
        ...next("check"),
        {
            trigger: `${field("check_ids")} .o_data_row:nth-child(11)`,
            timeout: SLOW,
        },
        {
            trigger: "button[name=action_next]:enabled:visible",
            run: "click",
        },
        {
            trigger: "button[name=action_new_export]:visible",
            timeout: SLOW,
        },
    ],
});

registry.category("web_tour.tours").add("datev_export_setup_refused", {
    steps: () => [
        {
            content: "The assistant is not for everybody",
            trigger: ".modal .modal-body",
            timeout: SLOW,
        },
        {
            trigger: "body:not(:has(.o_form_view))",
        },
    ],
});
