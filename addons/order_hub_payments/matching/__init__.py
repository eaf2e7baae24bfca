"""Which open items a bank transfer pays: plain Python, without a database."""

from .decide import Candidate, Claim, Decision, Payment, Rule, decide_all
from .references import Found, find_references, normalise_name, normalise_reference

__all__ = [
    "Candidate",
    "Claim",
    "Decision",
    "Found",
    "Payment",
    "Rule",
    "decide_all",
    "find_references",
    "normalise_name",
    "normalise_reference",
]
