# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What DATEV does by itself in the chart SKR04: a preset, the advisor has the last word.

`CONFIRMED` accounts are named as automatic by lists of practitioners, `PRESUMED` ones only
carry a default tax in the chart of the accounting software. A flag on the account wins.
"""

from .chart import FREE_RULE, TAX_FREE, UNKNOWN, Preset, reverse_rule, simple_rule, state_rule

KEYS = {
    "2": simple_rule("7", "3801"),
    "3": simple_rule("19", "3806"),
    "8": simple_rule("7", "1401"),
    "9": simple_rule("19", "1406"),
    # The keys below are only used where a tax names one: the advisor has to confirm them.
    "1": FREE_RULE,
    "11": FREE_RULE,
    "18": reverse_rule("7", "1402", "3802"),
    "19": reverse_rule("19", "1404", "3804"),
    "91": reverse_rule("7", "1408", "3835"),
    "94": reverse_rule("19", "1407", "3837"),
    "240": state_rule("3817"),
    "250": state_rule("3817"),
}

CONFIRMED: dict[str, str] = {
    "2": "4300",
    "3": "4400",
    TAX_FREE: "4120 4125 4336 4338",
    UNKNOWN: "4310 4315 4449",
}
PRESUMED: dict[str, str] = {
    "18": "5420",
    "19": "5425",
    "2": "4566 4576 4610 4616 4650 4670 4710 4731 4750 4780 4941 6281 6931",
    "3": (
        "4186 4569 4579 4620 4640 4645 4646 4660 4680 4686 4720 4736 4760 "
        "4790 4836 4845 4862 4945 4947 4948 6286 6885 6936"
    ),
    "8": "5110 5191 5300 5710 5714 5731 5734 5750 5754 5780 5784 5908",
    "9": "5130 5192 5400 5715 5720 5736 5738 5755 5760 5785 5790 5906",
    TAX_FREE: (
        "4100 4110 4130 4135 4139 4140 4150 4160 4165 4185 4331 4337 4339 4564 4574 4575 4605 "
        "4630 4639 4659 4679 4689 4690 4702 4704 4705 4724 4741 4742 4841 4842 4844 4848 4852 "
        "4861 5550 6884 6888 6892 6932"
    ),
    UNKNOWN: (
        "4725 4726 4746 4748 5160 5162 5166 5167 5189 5430 5435 5440 5551 5553 5717 "
        "5718 5724 5725 5741 5743 5788 5792 5794 5796 5798 5910 5913 5915 5920 5923 5925 5951 "
        "6938"
    ),
}

PRESET = Preset("04", KEYS, CONFIRMED, PRESUMED)
