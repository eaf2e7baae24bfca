# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shopify: Admin GraphQL of the version pinned in ``client.API_VERSION``."""

from . import (
    adapter,
    address,
    answers,
    bulk,
    client,
    documents,
    mapping,
    privacy,
    scopes,
    webhooks,
)
