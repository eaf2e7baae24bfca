# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""DHL's own files as the judge of requests: OpenAPI for shipping and returns, XSD for tracking.

The files are read from beside the project and never copied. Judged more strictly than they say:
fields and parameters they do not name are refused.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema.exceptions import best_match
from lxml import etree
from openapi_schema_validator import OAS30Validator

Json = dict[str, Any]
SHARED = Path(__file__).resolve().parents[4] / "shared/channels/specs/dhl"
VARIABLE = "DHL_SPECS"
SHIPPING, RETURNS = "parcel-de-shipping-v2*.yaml", "pp-parcel-returns.yaml"
TRACKING = "parcel_de_tracking_request.xsd"
ABSENT = "vendor samples not present"


def folder() -> Path:
    """Where DHL's files are; an environment variable names another place."""
    return Path(os.environ.get(VARIABLE) or SHARED)


def available() -> bool:
    """Whether DHL's files are there."""
    return bool(list(folder().glob(SHIPPING)))


class Invalid(Exception):
    """A request DHL's file does not allow."""


def _closed(node: Any) -> Any:
    """Objects may have no fields that are not named."""
    if isinstance(node, list):
        return [_closed(child) for child in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(child) for key, child in node.items() if key != "example"}
    if node.get("type") == "object" and isinstance(node.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


class Guard:
    """One OpenAPI file."""

    def __init__(self, path: Path) -> None:
        # DHL's file is UTF-8 read as something else in places; none of it is judged.
        content = yaml.safe_load(path.read_text(encoding="utf-8", errors="replace"))
        self.paths = content["paths"]
        self.schemas = _closed(content["components"]["schemas"])

    def parameters(self, method: str, path: str, pairs: list[tuple[str, str]]) -> None:
        """Judge the parameters of a request."""
        named = {
            parameter["name"]: parameter
            for parameter in self.paths[path][method].get("parameters", [])
            if parameter["in"] == "query"
        }
        for name, value in pairs:
            if name not in named:
                raise Invalid(f"unknown parameter: {name}")
            schema = self.resolved(named[name]["schema"])
            if "enum" in schema and value not in schema["enum"]:
                raise Invalid(f"{name}: {value}")
            if schema.get("type") == "boolean" and value not in ("true", "false"):
                raise Invalid(f"{name}: {value}")
        for name, parameter in named.items():
            if parameter.get("required") and name not in dict(pairs):
                raise Invalid(f"missing parameter: {name}")

    def resolved(self, schema: Json) -> Json:
        """A schema, or the one it names."""
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.schemas[name] if name else schema

    def judge(self, name: str, content: Any) -> None:
        """Judge content by one of the schemas."""
        root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": self.schemas}}
        errors = OAS30Validator(root).iter_errors(content)
        if error := best_match(errors):
            raise Invalid(f"{error.json_path}: {error.message[:200]}")


@cache
def shipping() -> Guard:
    """The judge of shipments and lists of the day."""
    return Guard(sorted(folder().glob(SHIPPING))[-1])


@cache
def returns() -> Guard:
    """The judge of return labels."""
    return Guard(folder() / RETURNS)


@cache
def _tracking() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(folder() / TRACKING))


def tracking(text: str) -> etree._Element:
    """Judge what is asked for tracking; the request."""
    try:
        root = etree.fromstring(text.encode())
    except etree.XMLSyntaxError as error:
        raise Invalid(str(error)) from error
    if not _tracking().validate(root):
        raise Invalid(str(_tracking().error_log.last_error))
    pieces = root.get("piece-code", "").split(";")
    if len(pieces) > 20 or not all(re.fullmatch(r"\w+", piece) for piece in pieces):
        raise Invalid("piece-code: up to twenty, joined by semicolons")
    return root
