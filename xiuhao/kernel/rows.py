"""Rows in and out of the database in one statement each, however many, with nothing compiled twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault
from psycopg.types.json import Jsonb

from xiuhao.kernel.search import Grams


@lru_cache(maxsize=256)
def _columns(model: type[Model], keyed: bool) -> tuple[tuple[Any, ...], str]:
    """The fields of an insert and its statement but for the rows: the text is the same each time, so nothing is compiled twice."""
    fields = tuple(f for f in model._meta.concrete_fields if keyed or not f.primary_key)
    quote = connection.ops.quote_name
    names = ", ".join(quote(f.column) for f in fields)
    return fields, f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "  # noqa: S608  # names of our own columns


def insert(model: type[Model], rows: Sequence[Any]) -> None:
    """Write new rows in one statement and give them their keys; what the database fills in by default stays to it."""
    if not rows:
        return
    keyed = rows[0].pk is not None
    fields, text = _columns(model, keyed)
    params: list[Any] = []
    places: list[str] = []
    for row in rows:
        marks = []
        for field in fields:
            value = field.pre_save(row, True)
            if isinstance(value, DatabaseDefault):
                marks.append("DEFAULT")
                continue
            marks.append("array_to_tsvector(%s::text[])" if isinstance(field, Grams) else "%s")
            params.append(field.get_db_prep_save(value, connection))
        places.append(f"({', '.join(marks)})")
    pk = model._meta.pk
    assert pk is not None
    with connection.cursor() as cursor:
        cursor.execute(f"{text}{', '.join(places)} RETURNING {connection.ops.quote_name(pk.column)}", params)
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            setattr(row, pk.attname, key)
            row._state.adding, row._state.db = False, connection.alias


def update(model: type[Model], rows: Iterable[Any], names: Sequence[str]) -> None:
    """Write these fields of these rows in one statement: a plain UPDATE of one, UPDATE … FROM unnest of many."""
    rows = list({row.pk: row for row in rows}.values())
    if not rows:
        return
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    if len(rows) == 1:
        model._base_manager.filter(pk=rows[0].pk).update(**{f.attname: f.pre_save(rows[0], False) for f in fields})
        return
    pk: Any = model._meta.pk
    params: list[Any] = [[row.pk for row in rows]]
    arrays = [f"unnest(%s::{pk.rel_db_type(connection)}[])"]
    for field in fields:
        params.append([_text(field.get_db_prep_save(field.pre_save(row, False), connection)) for row in rows])
        arrays.append("unnest(%s::text[])")
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(f.column)} = {_typed(f, i)}" for i, f in enumerate(fields))
    columns = ", ".join(["pk", *[f"c{i}" for i in range(len(fields))]])
    table = quote(model._meta.db_table)
    sql = f"UPDATE {table} AS t SET {sets} FROM (SELECT {', '.join(arrays)}) AS v({columns}) WHERE t.{quote(pk.column)} = v.pk"  # noqa: S608  # names of our own columns
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _typed(field: Any, index: int) -> str:
    if isinstance(field, Grams):
        return f"array_to_tsvector(v.c{index}::text[])"
    return f"v.c{index}::{field.rel_db_type(connection)}"


def _text(value: Any) -> str | None:
    """A prepared value in PostgreSQL's text form, so that columns of any type travel as arrays of text."""
    if value is None:
        return None
    if isinstance(value, Jsonb):
        return json.dumps(value.obj, cls=DjangoJSONEncoder, ensure_ascii=False)
    value = getattr(value, "obj", value)  # psycopg's Binary
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return "{" + ",".join('"' + str(i).replace("\\", "\\\\").replace('"', '\\"') + '"' for i in value) + "}"
    return str(value)
