# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shopify's Admin GraphQL over HTTP. What may be repeated: queries, and mutations that carry
an idempotency key or are declared repeatable in their document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from ..base.adapter import Credentials
from ..base.errors import AuthenticationError, TransientError
from ..base.http import Answer, HttpClient, network_failure, read_token
from ..base.reading import Json
from ..base.state import AccountState, Grant
from . import answers
from .address import check_api_base, check_download
from .documents import Document, load

API_VERSION = "2026-10"
TOKEN_TIMEOUT = 10.0


class ShopifyClient(HttpClient):
    """One account."""

    check_api_base = staticmethod(check_api_base)

    def __init__(
        self, credentials: Credentials, state: AccountState | None = None, **options: Any
    ) -> None:
        super().__init__(credentials, state, **options)
        self._fixed_token = credentials.access_token
        self.served_version = ""
        self._costs: dict[str, float] = {}

    # Requests

    def execute(self, name: str, variables: Json | None = None) -> Json:
        """Run a document and return its data; repeats what may be repeated.

        ``InputError`` if a mutation is refused for its content.
        """
        document = load(name)
        body = {"query": document.text, "variables": variables or {}}
        return self._repeat(
            name, lambda: self._attempt(document, body), repeatable=document.is_repeatable
        )

    def mutate(self, name: str, variables: Json) -> Json:
        """Run a mutation and return what its one field gives back."""
        (payload,) = self.execute(name, variables).values()
        return payload or {}

    def pages(self, name: str, variables: Json, connection: str) -> Iterator[list[Json]]:
        """Nodes of a top-level connection, page by page."""
        after = None
        while True:
            data = self.execute(name, {**variables, "after": after})[connection]
            yield data["nodes"]
            if not data["pageInfo"]["hasNextPage"]:
                return
            after = data["pageInfo"]["endCursor"]

    def download(self, address: str) -> Iterator[bytes]:
        """Lines of the result of a bulk operation, as they arrive. No token is sent along."""
        url = check_download(address, self.base)
        try:
            with requests.get(
                url, timeout=self.timeout, stream=True, allow_redirects=False
            ) as answer:
                head = Answer(answer.status_code, answer.reason or "", answer.headers)
                answers.check_status(head)
                yield from answer.iter_lines(chunk_size=65536)
        except requests.RequestException as error:
            raise network_failure(error, "the storage of bulk results") from error

    def _attempt(self, document: Document, body: Json) -> Json:
        """One request, with its points taken before and settled after it."""
        points = self._costs.get(document.name, float(document.cost))
        token = self._token()
        self._wait_for(points, f"{document.name}: the limit of the shop is used up")
        content = self._post(body, token)
        if known := answers.spent(content):
            requested, actual, told = known
            self._costs[document.name] = requested
            self.state.settle(points, actual, told)
        answers.check_errors(content)
        data = content.get("data")
        if not isinstance(data, dict):
            raise TransientError("the answer carries no data", "answer")
        if document.is_mutation:
            answers.check_input(document.name, data)
        return data

    def _post(self, body: Json, token: str) -> Json:
        answer = self._send(
            "POST",
            f"/admin/api/{API_VERSION}/graphql.json",
            self.timeout,
            json=body,
            headers={"X-Shopify-Access-Token": token},
        )
        self.served_version = answer.headers.get("X-Shopify-API-Version", self.served_version)
        if answer.status == 401:
            self._refused_token = token
        answers.check_status(answer)
        return answer.json()

    # Tokens

    def renew(self, _refresh: str) -> Grant:
        """Ask for a token; while a secret is being replaced the previous one may still count."""
        secrets = [self.credentials.client_secret, self.credentials.previous_secret]
        for secret in filter(None, secrets):
            form = {
                "grant_type": "client_credentials",
                "client_id": self.credentials.client_id,
                "client_secret": secret,
            }
            answer = self._send("POST", "/admin/oauth/access_token", TOKEN_TIMEOUT, data=form)
            if answer.status not in (400, 401, 403):
                answers.check_status(answer)
                return Grant(*read_token(answer.json()))
        raise AuthenticationError("the client id and secret are not accepted", "credentials")
