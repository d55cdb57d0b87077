"""Every address of the web server, walked from the URL resolver, and what the OpenAPI document says of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from api.views import PublicView
from tenants.views.token import TokenView

API: Final = "/api/v1/"
OTHERS: Final = {
    "/api/v1/auth/": "django-allauth's own addresses for signing in, which name nobody's organisation",
    "/account/": "django-allauth's own pages",
    "/operators/": "Django's admin, for the platform's operators; knows no tenant table (`test_operators`)",
}
"""Prefixes of addresses that are not ours."""
UNDOCUMENTED: Final = {
    "livez": "for load balancers",
    "readyz": "for load balancers",
    "well-known-keys": "an address of the host, not of the API",
    "openapi": "is the document",
    "docs": "shows the document",
    "invitation-page": "a page for people, behind a mail's link",
    "home-page": "a page for people",
    "standards-page": "a page for people",
    "standard-page": "a page for people",
    "requirement-page": "a page for people",
    "comparison-page": "a page for people",
    "comparison-file": "a page for people",
    "guides-page": "a page for people",
    "guide-page": "a page for people",
    "links-page": "a page for people",
    "sitemap": "for search engines",
    "evidence-request-page": "a page for people, behind a mail's link",
}
"""Names of our addresses that the OpenAPI document leaves out."""
PLAIN_METHODS: Final = {
    "livez": ("GET",),
    "readyz": ("GET",),
    "well-known-keys": ("GET",),
    "invitation-page": ("GET", "POST"),
    "home-page": ("GET",),
    "standards-page": ("GET",),
    "standard-page": ("GET",),
    "requirement-page": ("GET",),
    "comparison-page": ("GET",),
    "comparison-file": ("GET", "POST"),
    "guides-page": ("GET",),
    "guide-page": ("GET",),
    "links-page": ("GET",),
    "sitemap": ("GET",),
    "evidence-request-page": ("GET", "POST"),
}
"""Methods of addresses that plain functions answer, and of the public pages, which are no part of the API."""
CATALOGUE_PAGES: Final = (
    "home-page", "standards-page", "standard-page", "requirement-page", "comparison-page", "comparison-file",
    "guides-page", "guide-page", "links-page", "sitemap",
)  # fmt: skip
ARGUMENTS: Final = {
    ("invitation-page", "token"): "invitation_token",
    ("export-file", "token"): "export_token",
    ("evidence-request-page", "token"): "request_token",
    ("upload-send", "token"): "upload_token",
    ("file-link-open", "token"): "file_token",
}
"""(name, parameter) of an address → the argument it stands for, where the parameter's own name is another thing's."""
TOKEN_ALONE: Final = {
    "upload-send": "takes the file its token announces, from whatever program",
    "evidence-request-page": "takes the files its token asks for, from people without an account",
}
"""Changes that no cookie of a browser gives a right to, so that nobody can be tricked into one."""

_PARAMETER: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `template` is spelt as OpenAPI does; `parameters` are its names with Django's converters."""

    name: str
    template: str
    parameters: tuple[tuple[str, str], ...]
    methods: tuple[str, ...]
    view: Any

    @property
    def is_tenants(self) -> bool:
        return self.template.startswith(f"{API}organisations/{{slug}}/")

    @property
    def names_an_organisation(self) -> bool:
        return "slug" in dict(self.parameters) and not self.template.startswith((f"{API}standards/", "/standards/"))

    @property
    def is_public(self) -> bool:
        """Whether the answer is the same for everybody, since nobody is asked who they are."""
        return not self.names_an_organisation and (
            self.name in PLAIN_METHODS.keys() | {"openapi", "docs"} or issubclass(self.view, PublicView)
        )

    @property
    def needs_a_token(self) -> bool:
        """Whether a token in the address lets in whoever holds it."""
        return isinstance(self.view, type) and issubclass(self.view, TokenView)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the parameters stand for, in order: their own names, but for the tokens of different things."""
        return tuple(ARGUMENTS.get((self.name, given), given) for given, _ in self.parameters)

    def path(self, arguments: Mapping[str, str]) -> str:
        found = iter(self.arguments)
        return re.sub(r"\{\w+\}", lambda _: arguments[next(found)], self.template)


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """One method of one address."""

    name: str
    method: str

    def __str__(self) -> str:
        return f"{self.name} {self.method}"

    @property
    def route(self) -> Route:
        return routes()[self.name]

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"


@cache
def routes() -> dict[str, Route]:
    """Name → route, of every address that is ours."""
    found: dict[str, Route] = {}
    for template, pattern in _walk(get_resolver().url_patterns):
        if any(template.startswith(prefix) for prefix in OTHERS):
            continue
        name = pattern.name or ""
        if not name or name in found:
            raise LookupError(f"{template} needs a name of its own, not {name!r}.")
        view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
        found[name] = Route(
            name=name,
            template=_PARAMETER.sub(r"{\2}", template),
            parameters=tuple((given, kind or "str") for kind, given in _PARAMETER.findall(template)),
            methods=_methods(view) if view else PLAIN_METHODS[name],
            view=view or pattern.callback,
        )
    return found


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(Operation(route.name, method) for route in routes().values() for method in route.methods)


@cache
def document() -> Mapping[str, Any]:
    """The OpenAPI document, as it is served."""
    from drf_spectacular.generators import SchemaGenerator

    made: Mapping[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def described(operation: Operation) -> Mapping[str, Any]:
    """What the document says of an operation; empty for one it leaves out."""
    found: Mapping[str, Any] = document()["paths"].get(operation.route.template, {})
    said: Mapping[str, Any] = found.get(operation.method.lower(), {})
    return said


def body_schema(operation: Operation) -> tuple[str, Mapping[str, Any]] | None:
    """Media type and schema of the body an operation takes, or None."""
    content = described(operation).get("requestBody", {}).get("content", {})
    for media_type, said in content.items():
        return media_type, said["schema"]
    return None


def id_fields(operation: Operation) -> list[tuple[str, ...]]:
    """Paths of the fields of a body that hold an id or a token; `*` stands for every item of a list."""
    found = body_schema(operation)
    return list(_ids_in(found[1], path=())) if found else []


def query_parameters(operation: Operation) -> list[str]:
    """Names of the query parameters that take free text, an id among it."""
    return [
        said["name"]
        for said in described(operation).get("parameters", ())
        if said["in"] == "query"
        and said["name"] not in {"cursor", "ordering", "page_size", "language"}
        and said["schema"].get("type") == "string"
        and not {"enum", "$ref"} & said["schema"].keys()
        and said["schema"].get("format") not in {"date", "date-time"}
    ]


def _ids_in(schema: Mapping[str, Any], *, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    schema = _resolved(schema)
    if schema.get("format") == "uuid" or (path and path[-1] == "token"):
        yield path
    for name, part in schema.get("properties", {}).items():
        yield from _ids_in(part, path=(*path, name))
    if "items" in schema:
        yield from _ids_in(schema["items"], path=(*path, "*"))


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind references and alternatives with null."""
    if "$ref" in schema:
        named: Mapping[str, Any] = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _resolved(named)
    for word in ("allOf", "oneOf", "anyOf"):
        parts = [_resolved(part) for part in schema.get(word, ()) if part.get("type") != "null"]
        if parts:
            merged: dict[str, Any] = {}
            for part in parts:
                merged |= part
            return merged
    return schema


def _walk(patterns: list[URLPattern | URLResolver], *, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, prefix=here)
        else:
            yield here, pattern


def _methods(view: type[Any]) -> tuple[str, ...]:
    if not issubclass(view, APIView):
        raise TypeError(f"{view} is no API view; name its methods in PLAIN_METHODS.")
    return tuple(method for method in _METHODS if hasattr(view, method.lower()))
