# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Dates, times, numbers and money as Germans write them: 23.11.2026, 14:05, 1.234,50 €."""

import re

DATE = re.compile(r"\b\d{2}\.\d{2}\.\d{4}\b")
MONEY = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})*,\d{2}\s€")

# What a text has that is written by a machine or in English.
FOREIGN = {
    "a date with the year first": r"\b\d{4}-\d{2}-\d{2}\b",
    "a date with slashes": r"\b\d{1,2}/\d{1,2}/\d{2,4}\b",
    "a time with AM or PM": r"\d\s?[AP]M\b",
    "a point before decimals": r"(?<![\w.,/-])"
    r"(?:0\.\d+|\d+\.\d{1,2}|[1-9]\d*(?:,\d{3})+\.\d+)(?![\w.])",
    "the currency before the amount": r"(?:(?<!\d)(?<!\d\s)[€$]|\b(?:EUR|USD|CHF))\s?\d",
    "an English month or day": r"\b(?:January|February|March|May|June|July|October|December"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b",
    "an English word of prints": r"\b(?:Units?|Dates?|Quantity|Amount|Taxes|Due|Days?|Page)\b",
}


def foreign(text: str) -> list[str]:
    """Return what in a text is not written as Germans do, each with its surroundings."""
    return [
        f"{what}: …{text[max(0, found.start() - 30) : found.end() + 20]}…"
        for what, pattern in FOREIGN.items()
        for found in re.finditer(pattern, text)
    ]
