"""The description of the API (OpenAPI 3.1), generated from the table of routes."""

from typing import Any

from api.asked import DAY, WHOLE, Parameter
from api.routes import BASE, DESCRIPTION, ROUTES, ApiRoute, Shape
from i18n import N_, translate

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "int": {"type": ["integer", "null"]},
    "decimal": {"type": ["number", "null"]},
    "bool": {"type": ["boolean", "null"]},
    "counts": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
}
OPTIONAL = ("what_if",)
ERROR = {
    "type": "object",
    "required": ["status", "code", "message"],
    "properties": {
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "message": {
            "type": "object",
            "required": ["zh", "en"],
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
        },
    },
}
REFUSALS = {
    "400": N_("A parameter is missing, wrong or unknown."),
    "401": N_("No valid token."),
    "403": N_("The role of the token does not allow it."),
    "404": N_("There is no such release, round, category, unit or scheme."),
}


def description(version: str, language: str) -> dict[str, Any]:
    """Return the document in a language."""
    say = _Speaker(language)
    shapes = {shape.name: _schema(shape) for route in ROUTES for shape in route.shapes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": say(N_("Biaochi: results, read-only")),
            "version": version,
            "description": say(
                N_("Every line carries its release, rule set, number, interval and verdict; pass on all of them.")
            ),
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": {route.path: {"get": _operation(route, say)} for route in ROUTES}
        | {DESCRIPTION: {"get": _of_itself(say)}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**shapes, "Error": ERROR},
        },
    }


class _Speaker:
    """Translates messages into a language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, message: str) -> str:
        return translate(message, self.language)


def _schema(shape: Shape) -> dict[str, Any]:
    properties = {name: TYPES[kind] for name, kind in shape.types().items()}
    evidence = shape.evidence
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in OPTIONAL],
        "additionalProperties": False,
        "x-evidence": {
            "n": evidence.n,
            "interval": [evidence.low, evidence.high],
            "verdict": evidence.verdict,
            "why": list(evidence.why),
        },
    }


def _operation(route: ApiRoute, say: _Speaker) -> dict[str, Any]:
    rows = [{"$ref": f"#/components/schemas/{shape.name}"} for shape in route.shapes]
    content = {
        "type": "object",
        "required": ["rows"],
        "properties": {"rows": {"type": "array", "items": rows[0] if len(rows) == 1 else {"anyOf": rows}}},
    }
    answered = {
        "description": say(route.about),
        "headers": {"ETag": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": content}, "text/csv": {"schema": {"type": "string"}}},
    }
    return {
        "operationId": route.right,
        "summary": say(route.about),
        "x-right": route.right,
        "parameters": [_parameter(parameter, say) for parameter in route.accepted],
        "responses": {"200": answered, "304": {"description": say(N_("Not changed."))}, **_refusals(say)},
    }


def _of_itself(say: _Speaker) -> dict[str, Any]:
    about = say(N_("This description."))
    answered = {"description": about, "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"operationId": "description", "summary": about, "responses": {"200": answered, **_refusals(say)}}


def _refusals(say: _Speaker) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {status: {"description": say(about), "content": content} for status, about in REFUSALS.items()}


def _parameter(parameter: Parameter, say: _Speaker) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer", "minimum": 1} if parameter.kind == WHOLE else {"type": "string"}
    schema |= {"format": "date"} if parameter.kind == DAY else {}
    schema |= {"enum": list(parameter.choices)} if parameter.choices else {}
    return {
        "name": parameter.name,
        "in": "path" if parameter.in_path else "query",
        "required": parameter.needed,
        "description": say(parameter.about),
        "schema": schema,
    }
