# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Carriers by the name of their provider."""

from __future__ import annotations

from importlib import import_module

from .base.client import CarrierClient

# Provider (delivery_type) -> module and class; a new carrier adds its line.
PROVIDERS = {
    "dhl_de": ("dhl.client", "DhlClient"),
    "ups": ("ups.client", "UpsClient"),
}


def client_class(provider: str) -> type[CarrierClient]:
    """The client of a provider; ``KeyError`` if there is none of this name."""
    module, name = PROVIDERS[provider]
    found: type[CarrierClient] = getattr(import_module(f".{module}", __package__), name)
    return found
