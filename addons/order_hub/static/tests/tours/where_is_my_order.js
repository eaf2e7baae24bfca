import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("order_hub_where_is_my_order", {
    url: "/my/orders",
    steps: () => [
        {
            content: "Open the order",
            trigger: "table a:contains(S)",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "Four steps are behind it", trigger: "#portal_steps li[data-done='1']:nth-child(4)" },
        { content: "It has not arrived", trigger: "#portal_steps li[data-done='0']:nth-child(5)" },
        {
            content: "The parcel can be followed",
            trigger: "[name='portal_parcel'] a[href='https://track.example.com/0034043']",
        },
        { content: "The slip is there", trigger: "[name='portal_parcel'] a[href*='/my/picking/pdf/']" },
    ],
});
