"""OpenAPI 3.1 from the table of routes and the pydantic models: nothing is described by hand twice.

https://spec.openapis.org/oas/v3.1.1.html
"""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from alertd import __version__
from alertd.web.api.answers import Problem
from alertd.web.api.table import PREFIX, Route

_REFS: Final = "#/components/schemas/{model}"
_PATH_SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {
    "slug": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,60}$"},
    "id": {"type": "integer", "minimum": 1, "maximum": 999_999_999_999_999},
    "ref": {"type": "string", "minLength": 1, "maxLength": 120},
}
_ALWAYS: Final = (401, 404, 429, 503)
_WITH_BODY: Final = (400, 413, 415, 422)
_EVENT: Final = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["progress", "end"]},
        "data": {
            "type": "string",
            "description": "JSON: of `progress` the alert, as GET gives it; of `end` nothing.",
        },
    },
    "required": ["data"],
}
"""Before OpenAPI 3.2, which has `itemSchema`, the schema of a stream of events describes each of them."""
_TITLES: Final[Mapping[int, str]] = {
    400: "The body is not JSON that can be read",
    401: "No key, or one that does not work",
    403: "The key has not the scope for this",
    404: "There is no such thing, or not for this key",
    409: "Something changed meanwhile: look again",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "It cannot be done as it stands: `fields` says what to mend",
    429: "Too often: come back after Retry-After seconds",
    503: "Not now",
}


def describe(routes: Iterable[Route], server: str) -> dict[str, Any]:
    """The whole document, for a server whose address is `server`."""
    routes = tuple(routes)
    names, schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "alertd",
            "version": __version__,
            "description": "One key, one station. Errors are problem documents (RFC 9457) with a stable `code`.",
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {str(status): _problem(status, names) for status in _TITLES},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "alertd_..."}},
        },
    }


Names = Mapping[type[Any], dict[str, Any]]


def _schemas(routes: tuple[Route, ...]) -> tuple[Names, dict[str, Any]]:
    """A reference for each model, and their schemas: bodies as they are read, answers as they are written."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for route in routes:
        wanted |= dict.fromkeys((body, "validation") for body in route.bodies)
        wanted |= dict.fromkeys((one, "serialization") for one in route.answers.values() if one is not None)
    names, document = models_json_schema(tuple(wanted), ref_template=_REFS)
    return {model: ref for (model, _), ref in names.items()}, document["$defs"]


def _operation(route: Route, names: Names) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)],
        "responses": {str(status): _success(route, status, names) for status in route.answers},
    }
    operation["responses"] |= {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in _problems(route)
    }
    if route.bodies:
        operation["requestBody"] = _request_body(route, names)
    if route.files:
        file = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(route.files, file)}
    return operation


def _problems(route: Route) -> list[int]:
    known = {*_ALWAYS, *route.problems}
    if route.method == "POST":
        known |= {*_WITH_BODY, 403, 409}
    if route.subscribers:
        known.add(403)
    if route.query is not None or "{ref}" in route.path:
        known.add(422)
    return sorted(known)


def _request_body(route: Route, names: Names) -> dict[str, Any]:
    refs = [names[body] for body in route.bodies]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    required = any(field.is_required() for body in route.bodies for field in body.model_fields.values())
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def _success(route: Route, status: int, names: Names) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    model = route.answers[status]
    if model is not None:
        described["content"] = {"application/json": {"schema": names[model]}}
    if route.stream:
        described["content"] = {"text/event-stream": {"schema": _EVENT}}
    return described


def _problem(status: int, names: Names) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": _TITLES[status],
        "content": {"application/problem+json": {"schema": names[Problem]}},
    }
    if status == 429:
        described["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    if status == 401:
        described["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return described


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _PATH_SCHEMAS[name]}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": of}
        for name, of in schema["properties"].items()
    ]


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    if route.method != "POST":
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"}
    return [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}]
