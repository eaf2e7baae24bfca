# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's own OpenAPI file as a judge of every request and of every answer.

The file is stricter here than a validator takes it: query parameters it does not name are
refused, and objects in answers may have no fields it does not name either.
"""

from __future__ import annotations

import copy
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema.exceptions import best_match
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from .answers import Json, Refusal, not_found

SHARED = Path(__file__).resolve().parents[4] / "shared/channels"
VARIABLE = "ETSY_OPENAPI_FILE"
SPECIFICATION = SHARED / "specs/etsy/etsy_connector-subset_strict.json"
# All of Etsy's operations, for what the part above leaves out.
WHOLE = "etsy-oas-*.json"
ALSO = (
    "/v3/application/scopes",
    "/v3/application/shops/{shop_id}/listings/{listing_id}",
)
HOST = "https://openapi.etsy.com"
FORM = "application/x-www-form-urlencoded"
METHODS = ("get", "put", "post", "patch", "delete")
# Not in the file, but given by Etsy to any request.
EVERYWHERE = (401, 403, 429)


def specification_path() -> Path:
    """Where Etsy's file is; an environment variable names another place."""
    return Path(os.environ.get(VARIABLE) or SPECIFICATION)


class Violation(Exception):
    """The stand-in itself has not kept to Etsy's file."""


@dataclass(frozen=True)
class Operation:
    """One operation of the file."""

    name: str
    scopes: frozenset[str]
    needs_token: bool
    # Query parameters by name with their schema.
    query: dict[str, Json]
    # Fields of a form, where one is sent.
    form: frozenset[str]
    statuses: frozenset[int]


@dataclass(frozen=True)
class Call:
    """A request the file allows: its operation with typed parameters."""

    operation: Operation
    path: dict[str, int]
    query: Json
    body: Any
    checked: MockRequest


class Guard:
    """Etsy's file, ready to judge."""

    def __init__(self, path: Path) -> None:
        content = read_specification(path)
        # Paths without parameters first: /listings/batch is no listing.
        templates = sorted(content["paths"], key=lambda template: template.count("{"))
        self.routes = [
            (re.compile(re.sub(r"\{\w+\}", r"[^/]+", template)), _operations(content, template))
            for template in templates
        ]
        # Tokens and rights are judged by the stand-in, which knows them.
        self.api = OpenAPI.from_dict(_closed(content), config=_config())

    def find(self, method: str, path: str) -> Operation:
        """The operation a request is meant for."""
        for pattern, operations in self.routes:
            if pattern.fullmatch(path) and method.lower() in operations:
                return operations[method.lower()]
        raise not_found()

    def request(
        self,
        method: str,
        path: str,
        pairs: list[tuple[str, str]],
        body: bytes,
        kind: str,
    ) -> Call:
        """Check a request; what is wrong with it is said as Etsy does, with 400."""
        operation = self.find(method, path)
        arguments = _arguments(operation, pairs)
        request = MockRequest(
            HOST,
            method.lower(),
            path,
            args=arguments,
            data=body or None,
            content_type=kind or "application/json",
        )
        try:
            content = _body(operation, body, kind)
            result = self.api.unmarshal_request(request)
            result.raise_for_errors()
        except OpenAPIError as error:
            raise Refusal(400, _explained(error)) from error
        except ValueError as error:
            raise Refusal(400, f"Invalid JSON: {error}") from error
        return Call(
            operation,
            dict(result.parameters.path),
            dict(result.parameters.query),
            content,
            request,
        )

    def answer(self, call: Call, status: int, body: bytes) -> None:
        """Check an answer; a violation is a mistake of the stand-in."""
        name = f"{call.operation.name} {status}"
        if status not in call.operation.statuses and status in EVERYWHERE:
            if not {"error"} <= json.loads(body).keys() <= {"error", "error_description"}:
                raise Violation(f"{name}: {body!r}")
            return
        try:
            self.api.validate_response(call.checked, MockResponse(body, status_code=status))
        except OpenAPIError as error:
            raise Violation(f"{name}: {_explained(error)}") from error


def guard() -> Guard:
    """The judge by the file that is in use."""
    return _loaded(specification_path())


@cache
def _loaded(path: Path) -> Guard:
    return Guard(path)


def read_specification(path: Path) -> Json:
    """Etsy's file, with operations that the part of it leaves out."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for whole in sorted(path.parent.glob(WHOLE))[-1:]:
        other = json.loads(whole.read_text(encoding="utf-8"))
        for name in ALSO:
            content["paths"].setdefault(name, other["paths"][name])
        schemas = content["components"]["schemas"]
        content["components"]["schemas"] = other["components"]["schemas"] | schemas
    return _without_null_defaults(content)


def _without_null_defaults(node: Any) -> Any:
    """Etsy gives fields that may not be null null as default, which no validator takes."""
    if isinstance(node, list):
        return [_without_null_defaults(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_null_defaults(child)
        for key, child in node.items()
        if not (key == "default" and child is None)
    }


def _body(operation: Operation, body: bytes, kind: str) -> Any:
    """The content of a request: JSON, or fields of a form, of which none is ignored."""
    if not body:
        return None
    if kind.split(";")[0].strip() != FORM:
        return json.loads(body)
    fields = dict(parse_qsl(body.decode()))
    if unknown := sorted(fields.keys() - operation.form):
        raise Refusal(400, f"Unknown field: {unknown[0]}")
    return fields


def _operations(content: Json, template: str) -> dict[str, Operation]:
    """The operations of a path by method."""
    methods = content["paths"][template]
    return {method: _operation(methods[method]) for method in METHODS if method in methods}


def _operation(definition: Json) -> Operation:
    """What has to be known about an operation beside its schemas."""
    bodies = definition.get("requestBody", {}).get("content", {})
    security = [rule for rule in definition.get("security", []) if "oauth2" in rule]
    return Operation(
        definition["operationId"],
        frozenset(security[0]["oauth2"]) if security else frozenset(),
        bool(security),
        {
            parameter["name"]: parameter["schema"]
            for parameter in definition.get("parameters", [])
            if parameter["in"] == "query"
        },
        frozenset(bodies.get(FORM, {}).get("schema", {}).get("properties", ())),
        frozenset(int(status) for status in definition["responses"]),
    )


def _config() -> Config:
    """The file's own format of country codes has to be known."""
    formats = {"ISO 3166-1 alpha-2": lambda value: re.fullmatch("[A-Z]{2}", value) is not None}
    return Config(spec_validator_cls=None, extra_format_validators=formats)


def _closed(content: Json) -> Json:
    """The file with the schemas of answers closed and without what is judged elsewhere."""
    closed = copy.deepcopy(content)
    closed.pop("security", None)
    for methods in closed["paths"].values():
        for method in METHODS:
            methods.get(method, {}).pop("security", None)
    for name, schema in closed["components"]["schemas"].items():
        if schema.get("properties") and name != "ErrorSchema":
            schema["additionalProperties"] = False
            for field in schema["properties"].values():
                if field.get("nullable") and "oneOf" in field:
                    # Meant, but not said: the alternatives have to allow it too.
                    field["oneOf"].append({"type": "object", "nullable": True, "enum": [None]})
    return closed


def _arguments(operation: Operation, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Query parameters as the validator wants them: Etsy takes lists joined by commas."""
    seen: set[str] = set()
    arguments = []
    for name, value in pairs:
        if name not in operation.query:
            raise Refusal(400, f"Unknown query parameter: {name}")
        if name in seen:
            raise Refusal(400, f"Query parameter given twice: {name}")
        seen.add(name)
        is_list = operation.query[name].get("type") == "array"
        arguments += [(name, part) for part in (value.split(",") if is_list else [value])]
    return arguments


def _explained(error: BaseException) -> str:
    """Where and why a request or an answer is refused, from the innermost cause."""
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, InvalidSchemaValue):
        reasons = [best_match([one]) for one in cause.schema_errors]
        return "; ".join(f"{one.json_path}: {one.message[:200]}" for one in reasons)
    return f"{error}: {cause}"[:300]
