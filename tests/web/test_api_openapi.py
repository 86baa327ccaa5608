"""The API's description of itself is true."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from api_house import House, opened

from alertd.web.api.serve import PREFIX, pattern

METHODS = {"get", "post", "delete", "put", "patch"}


@pytest.fixture
async def house(sqlite, clock) -> AsyncIterator[House]:
    async with opened(sqlite, clock) as house:
        yield house


@pytest.fixture
async def document(house) -> dict[str, Any]:
    """The description, which anyone may read."""
    status, document, response = await house.call("GET", f"{PREFIX}/openapi.json", key=None)
    assert (status, response.content_type) == (200, "application/json")
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from references(child)


async def test_what_is_documented_is_served_and_the_reverse(house, document):
    """Every documented operation is served under that path and method, and nothing else is served."""
    documented = {
        (method.upper(), PREFIX + pattern(path.removeprefix(PREFIX)))
        for path, method, _ in operations(document)
    }
    served = set()
    for route in house.client.app.router.routes():
        if route.resource.canonical.startswith(PREFIX) and route.method != "*":
            served.add((route.method, route.resource.canonical))
    named = {(method, re.sub(r"\{(\w+):.*?\}(?=/|$)", r"{\1}", path)) for method, path in documented}
    assert served - {("GET", f"{PREFIX}/openapi.json")} == named
    assert len(named) >= 13


async def test_the_structure(document):
    """OpenAPI 3.1, operation ids once each, path variables declared, answers and problems described."""
    assert document["openapi"].startswith("3.1.")
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for path, method, operation in operations(document):
        assert method in METHODS
        declared = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", path))
        assert {"401", "404", "429"} <= set(operation["responses"])
        assert any(status.startswith("2") for status in operation["responses"])
        assert (method == "post") == ("requestBody" in operation)


async def test_every_reference_leads_somewhere(document):
    """Each `$ref` names a component that is there, and no component is left unused."""
    found = set(references(document))
    for ref in found:
        node = document
        for step in ref.removeprefix("#/").split("/"):
            node = node[step]
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert schemas <= found


async def test_problems_are_problem_documents(document):
    """Every error is described as application/problem+json with a code."""
    for response in document["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]
    problem = document["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "code", "detail"} <= set(problem["required"])


async def test_no_address_in_any_answer(document):
    """What is answered has no field for an address or a coordinate."""
    schemas = document["components"]["schemas"]
    for name in schemas:
        if not name.endswith("Body"):
            assert not {"address", "lat", "lon", "cell"} & set(schemas[name].get("properties", {})), name
