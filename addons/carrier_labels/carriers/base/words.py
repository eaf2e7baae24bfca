# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Sentences for people, in English. They are marked here and translated by who shows them."""


def _(text: str) -> str:
    """Mark a sentence for translation; the values of a failure are filled in afterwards."""
    return text
