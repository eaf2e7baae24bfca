# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What DATEV does by itself in the chart SKR03: a preset, the advisor has the last word.

`CONFIRMED` accounts are named as automatic by lists of practitioners, `PRESUMED` ones only
carry a default tax in the chart of the accounting software. A flag on the account wins.
"""

from .chart import FREE_RULE, TAX_FREE, UNKNOWN, Preset, reverse_rule, simple_rule, state_rule

KEYS = {
    "2": simple_rule("7", "1771"),
    "3": simple_rule("19", "1776"),
    "8": simple_rule("7", "1571"),
    "9": simple_rule("19", "1576"),
    # The keys below are only used where a tax names one: the advisor has to confirm them.
    "1": FREE_RULE,
    "11": FREE_RULE,
    "18": reverse_rule("7", "1572", "1772"),
    "19": reverse_rule("19", "1574", "1774"),
    "91": reverse_rule("7", "1578", "1785"),
    "94": reverse_rule("19", "1577", "1787"),
    "240": state_rule("1767"),
    "250": state_rule("1767"),
}

CONFIRMED: dict[str, str] = {
    "2": "1711 2401 2431 8300 8516 8576 8591 8630 8710 8731 8750 8780 8915 8930 8932 8945",
    "3": (
        "1718 2406 2436 2752 8196 8400 8410 8519 8579 8595 8611 8613 8640 8720 8736 8760 8790 "
        "8801 8820 8850 8910 8920 8921 8922 8925 8935 8940"
    ),
    "8": "3010 3091 3108 3300 3610 3710 3714 3731 3734 3750 3754 3780 3784",
    "9": "3030 3092 3106 3400 3660 3715 3720 3736 3738 3755 3760 3785 3790",
    "18": "3420",
    "19": "3425",
    TAX_FREE: (
        "2402 2751 3550 8100 8105 8110 8120 8125 8130 8135 8140 8150 8160 8165 8194 8335 8336 "
        "8337 8338 8339 8514 8515 8574 8575 8609 8701 8702 8703 8704 8705 8724 8741 8742 8807 "
        "8808 8827 8828 8851 8852"
    ),
    UNKNOWN: (
        "2403 2408 3060 3062 3066 3067 3070 3071 3075 3076 3089 3110 3113 3115 3120 "
        "3123 3125 3130 3133 3135 3140 3143 3145 3150 3151 3153 3154 3349 3435 3440 "
        "3505 3540 3553 3560 3565 3717 3718 3724 3725 3741 3743 3744 3745 3746 3748 3788 3792 "
        "3793 3794 3796 3798 8191 8310 8315 8320 8449 8625 8725 8726 8738 8743 8745 8746 8748"
    ),
}
PRESUMED: dict[str, str] = {
    TAX_FREE: "8195 8331 8819 8905 8906 8919 8924 8929 8939 8949 8950",
    UNKNOWN: "3430 3551 3557",
}

PRESET = Preset("03", KEYS, CONFIRMED, PRESUMED)
