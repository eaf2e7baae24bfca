# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""UPS's own OpenAPI files as a judge of every request.

They are stricter here than a validator takes them: fields they do not name are refused, and
where they write a length or a largest number at a list, which no validator looks at, it is
taken for what its description says: the length of each text, and how many there may be.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

SPECIFICATIONS = Path(__file__).resolve().parents[4] / "shared/channels/specs/ups"
ABSENT = "vendor samples not present"

Json = dict[str, Any]

# Where the files contradict their own descriptions or examples: schema, what is changed.
CORRECTIONS: dict[str, dict[str, Json]] = {
    "Shipping": {
        # Its description lists 012 and 013.
        "ShipmentServiceOptions_Notification.NotificationCode": {"maxLength": 3},
        # "Valid values are: GIF, PDF, ZPL, EPL, SPL".
        "LabelRecovery_LabelSpecification_LabelImageFormat.Code": {"minLength": 3},
    },
    "Rating": {
        # Its own examples have services of two digits.
        "Shipment_Service.Code": {"minLength": 2},
        # Required, and described nowhere; the examples of other APIs have it.
        "RateRequest_Request.RequestOption": {"type": "string", "minLength": 1, "maxLength": 15},
    },
}
# Either of the keys is needed, as their descriptions say; the file wants both.
NOT_REQUIRED = {"LabelRecoveryRequest": ("TrackingNumbers", "ReferenceValues")}


def available() -> bool:
    """Whether the vendor's files are here."""
    return (SPECIFICATIONS / "Shipping.yaml").exists()


class Broken(Exception):
    """A request UPS's files do not allow."""


@cache
def specification(name: str) -> Json:
    """One of UPS's files. Some of their descriptions are indented by tabs, which YAML forbids."""
    text = (SPECIFICATIONS / f"{name}.yaml").read_text(encoding="utf-8").replace("\t", "  ")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: Json = yaml.load(text, Loader=loader)
    return found


@cache
def validator(name: str, schema: str) -> Draft202012Validator:
    """A judge of one kind of content."""
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": _strict(name)}}
    )


@cache
def _strict(name: str) -> Json:
    """The schemas of a file with what no validator would look at."""
    schemas: Json = {
        key: _closed(schema) for key, schema in specification(name)["components"]["schemas"].items()
    }
    for path, change in CORRECTIONS.get(name, {}).items():
        schema, field = path.split(".")
        properties = schemas[schema]["properties"]
        properties[field] = {**properties.get(field, {}), **change}
    for schema, fields in NOT_REQUIRED.items():
        if schema in schemas:
            needed = schemas[schema]["required"]
            schemas[schema]["required"] = [one for one in needed if one not in fields]
    return schemas


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _closed(value) for key, value in schema.items() if key != "description"}
    if isinstance(schema.get("properties"), dict):
        # A field may be called description, too.
        told["properties"] = {key: _closed(one) for key, one in schema["properties"].items()}
        told["additionalProperties"] = False
    if told.get("type") == "array":
        if "maximum" in told:
            told["maxItems"] = told["maximum"]
        items = told.get("items", {})
        if items.get("type") == "string":
            lengths = {key: told[key] for key in ("minLength", "maxLength") if key in told}
            told["items"] = {**lengths, **items}
    return told


def check(name: str, schema: str, content: Any) -> None:
    """Refuse content the file does not allow."""
    if error := best_match(validator(name, schema).iter_errors(content)):
        raise Broken(f"{error.json_path}: {error.message[:200]}")


def check_headers(headers: Any, needed: bool) -> None:
    """The identifier of a request and of who asks, as long as they may be."""
    lengths = {"transId": 32, "transactionSrc": 512}
    for header, longest in lengths.items():
        value = headers.get(header) or ""
        if len(value) > longest or (needed and not value):
            raise Broken(f"header {header}: {value!r}")


def check_query(pairs: list[tuple[str, str]], allowed: frozenset[str]) -> None:
    """Refuse parameters the file does not name, or that come twice."""
    names = [name for name, _value in pairs]
    for name in names:
        if name not in allowed or names.count(name) > 1:
            raise Broken(f"query parameter {name}")


def check_number(number: str) -> None:
    """A number of a parcel as UPS writes it."""
    if not re.fullmatch("1Z[0-9A-Z]{16}", number):
        raise Broken(f"no number of UPS: {number}")
