"""Evidence as the body of a request: the types and names are checked here, what a value means by the engine's gate."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, StrictInt, StrictStr, ValidationError, WithJsonSchema, create_model

from xiuhao.kernel.evidence import Evidence
from xiuhao.kernel.process import Transition
from xiuhao.kernel.refusal import Refused

SIMPLE = {"string": StrictStr, "boolean": StrictBool}


def _integral(value: Any) -> Any:
    """1.0 is a whole number in JSON Schema."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("not a number")
    return value


def _type(need: Evidence) -> Any:
    kind = need.schema()["type"]
    if kind == "integer":
        return Annotated[StrictInt, BeforeValidator(_integral)]
    if kind == "number":
        return Annotated[Any, BeforeValidator(_number)]
    return list[StrictStr] if kind == "array" else SIMPLE[kind]


def body(name: str, transition: Transition) -> type[BaseModel]:
    """The model of a verb's body. Optional evidence may be null or absent; every other name is refused."""
    fields: dict[str, Any] = {}
    for need in transition.needs:
        schema = {**need.schema(), "title": str(need.label), **({"description": str(need.help)} if need.help else {})}
        of: Any = Annotated[_type(need), WithJsonSchema(schema)]
        fields[need.key] = (of if certain(need) else of | None, None)
    required = [need.key for need in transition.needs if certain(need)]

    def exactly(schema: dict[str, Any]) -> None:
        for one in schema.get("properties", {}).values():
            one.pop("default", None)
        schema["required"] = required
        if not required:
            del schema["required"]

    return create_model(name, __config__=ConfigDict(extra="forbid", json_schema_extra=exactly), **fields)


def certain(need: Evidence) -> bool:
    """True if the evidence is always needed (not only with certain others)."""
    return need.required and need.when is None


def given(model: type[BaseModel], transition: Transition, raw: dict[str, Any]) -> dict[str, Any]:
    """The values for the engine, absent ones left out. Raises Refused incomplete (422), field by field."""
    try:
        made = model.model_validate(raw)
    except ValidationError as error:
        labels = {need.key: need.label for need in transition.needs}
        raise refusal(
            transition, {str(e["loc"][0]): e["type"] for e in error.errors(include_input=False, include_url=False)}, labels
        ) from None
    return {name: value for name, value in ((n, getattr(made, n)) for n in made.model_fields_set) if value is not None}


CODES = {
    "extra_forbidden": "unknown_field", "string_type": "not_text", "bool_type": "not_flag", "int_type": "not_number",
    "value_error": "not_number", "list_type": "not_file", "string_unicode": "text_invalid", "int_parsing_size": "out_of_range",
}  # fmt: skip


def refusal(transition: Transition, wrong: dict[str, str], labels: dict[str, Any]) -> Refused:
    """What the schema found, in the words of the evidence."""
    fields = {}
    for name, kind in wrong.items():
        label = labels.get(name, name[:60])
        fields[name[:60]] = Refused(CODES.get(kind, "not_text"), {"label": label, "field": name[:60]}, status=422)
    return Refused(
        "incomplete", {"verb": transition.label, "labels": [str(labels.get(n, n[:60])) for n in wrong]}, status=422, fields=fields
    )
