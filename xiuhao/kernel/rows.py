"""Rows into the database: any number of them, of any number of tables, by one prepared statement.

The rows of a table travel as one JSON document, which PostgreSQL takes apart (`jsonb_array_elements`). So the text of a statement does
not depend on how many rows there are, and is parsed and planned once a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import DateField, DecimalField, ForeignKey, JSONField, Model, UUIDField
from django.db.models.base import ModelState
from django.db.models.expressions import DatabaseDefault
from pydantic_core import to_json

from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.search import Grams

M = TypeVar("M", bound=Model)
Maker = Callable[[Any], Any] | None
_labels = DjangoJSONEncoder().default  # what JSON does not know: words that wait for their language


def new(model: type[M], **values: Any) -> M:
    """What `model(**values)` gives, at a fraction of its processor time: a birth makes some fifteen rows, and does little else."""
    made = model.__new__(model)
    made._state = ModelState()
    plain, called = _defaults(model)
    have = made.__dict__
    have.update(plain)
    for name, default in called:
        have[name] = default()
    relations = _relations(model)
    for name, value in values.items():
        if name in have:
            have[name] = value
        elif name in relations:  # the row that a key names
            have[relations[name]] = None if value is None else value.pk
            made._state.fields_cache[name] = value
        else:
            setattr(made, name, value)  # the key, as `pk`
    return made


@cache
def _relations(model: type[Model]) -> dict[str, str]:
    """The foreign keys of a model to other models' keys, of which many rows may name one: name → attribute."""
    many_to_one = [f for f in model._meta.concrete_fields if isinstance(f, ForeignKey) and not f.unique]
    return {f.name: f.attname for f in many_to_one if f.target_field.primary_key}


def columns(model: type[Model], alias: str) -> str:
    """All columns of a table that a statement calls `alias`, in the order in which `made` takes them. Not for one with `Grams`, which are
    written and never read."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def made(model: type[M], values: Sequence[Any]) -> M:
    """The row that stands in the database, of the `columns` which a prepared statement gave."""
    names, converted = _reading(model)
    row, found = model.__new__(model), list(values)
    for place, convert in converted:
        found[place] = convert(found[place], None, connection)
    row._state = ModelState()
    row._state.adding, row._state.db = False, connection.alias
    row.__dict__.update(zip(names, found, strict=True))
    return row


def those(model: type[M], keys: Iterable[int]) -> list[M]:
    """The rows of these keys that there are, in no order: one prepared statement, without the manager's scope."""
    return [made(model, row) for row in prepared(_those(model), [many(keys)])]


@cache
def _those(model: type[Model]) -> str:
    table, key = (connection.ops.quote_name(name) for name in (model._meta.db_table, model._meta.pk.column))
    return f"SELECT {columns(model, 't')} FROM {table} AS t WHERE t.{key} = ANY(%s::bigint[])"  # noqa: S608  # names of our own


@cache
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, Callable[..., Any]]]]:
    """The attributes of a row, and what makes of what the driver gives for some what the model holds."""
    fields = model._meta.concrete_fields
    made_of = [(place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], made_of


@cache
def _defaults(model: type[Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """What fields hold that nobody fills in: by value, and what makes the value anew each time."""
    plain: dict[str, Any] = {}
    called = []
    for field in model._meta.concrete_fields:
        if field.has_default() and callable(field.default):
            called.append((field.attname, field.get_default))
            plain[field.attname] = None
        else:
            plain[field.attname] = field.get_default()
    return plain, called


class Writing:
    """Rows to be written together. Foreign keys between them hold, since they are looked at with the commit."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, Sequence[Model], str]] = []

    def insert(self, rows: Sequence[Model]) -> None:
        """Add new rows of one model; `flush` gives those without a key theirs. What the database fills in by default stays to it."""
        if rows:
            text, columns = _for_new(rows[0])
            self.parts.append((text, rows, _document(rows, columns)))

    def insert_once(self, rows: Sequence[Model]) -> None:
        """Add new rows of one model; one that a unique constraint knows already is passed over. They learn no keys."""
        if rows:
            text, columns = _for_new(rows[0])
            self.parts.append((text.replace(" RETURNING ", " ON CONFLICT DO NOTHING RETURNING "), (), _document(rows, columns)))

    def update(self, rows: Iterable[Model], names: Sequence[str]) -> None:
        """Add the fields of these names of rows that exist."""
        changed = list({row.pk: row for row in rows}.values())
        if changed and names:
            text, columns = _update(type(changed[0]), tuple(names))
            self.parts.append((text, (), _document(changed, columns)))

    def flush(self) -> None:
        """Write everything that was added, in one statement."""
        if not self.parts:
            return
        text = _together(tuple(text for text, _rows, _data in self.parts))
        found, alias = prepared(text, [data for *_, data in self.parts]), connection.alias
        for (_text, rows, _data), keys in zip(self.parts, found[0], strict=True):
            for row, key in zip(rows, keys if rows else (), strict=True):
                row.pk = key
                row._state.adding, row._state.db = False, alias
        self.parts = []


def prepared(text: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement that is always the same, its values apart (`kernel.postgresql`): parsed and planned once a connection."""
    found: list[tuple[Any, ...]] = connection.prepared(text, params)  # type: ignore[attr-defined]  # of our own backend
    return found


def many(values: Iterable[int | UUID | str]) -> str:
    """Numbers, ids or keys of ours as an array for a prepared statement (`%s::bigint[]`): text, which costs the driver nothing."""
    return f"{{{','.join(map(str, values))}}}"


def insert(*tables: Sequence[Model]) -> None:
    """Write new rows, those of one model to an argument."""
    writing = Writing()
    for rows in tables:
        writing.insert(rows)
    writing.flush()


def insert_once(rows: Sequence[Model]) -> None:
    """Write new rows of one model, but none twice, as `Writing.insert_once` says."""
    writing = Writing()
    writing.insert_once(rows)
    writing.flush()


def update(rows: Iterable[Model], names: Sequence[str]) -> None:
    """Write the fields of these names of rows that exist."""
    writing = Writing()
    writing.update(rows, names)
    writing.flush()


@cache
def _defaulted(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.has_db_default())  # type: ignore[attr-defined]  # stubs


class _Columns:
    """What goes into a document of a row: its attributes, some of them computed from the row, some made into what JSON can hold."""

    def __init__(self, fields: Sequence[Any]) -> None:
        self.names = [field.attname for field in fields]
        self.computed = [(place, field) for place, field in enumerate(fields) if isinstance(field, Grams)]
        self.made = [(place, make) for place, field in enumerate(fields) if (make := _encoder(field))]
        self.take = itemgetter(*self.names, "_state")  # one more, so that it always gives a tuple

    def of(self, row: Model) -> list[Any]:
        """The values of a row."""
        have = row.__dict__
        try:
            found = list(self.take(have))[:-1]
        except KeyError:  # not all of its fields were read
            found = [have.get(name) for name in self.names]
        for place, field in self.computed:
            found[place] = field.pre_save(row, True)
        for place, make in self.made:
            if found[place] is not None:
                found[place] = make(found[place])
        return found


def _encoder(field: Any) -> Maker:
    """What makes of a value, other than None, something that JSON can hold and the column's type can read; None if it is that already."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    if isinstance(field, DateField):
        return lambda value: value.isoformat()
    if isinstance(field, EncryptedText):
        return lambda value: _hex(field.get_db_prep_save(value, connection))
    if field.get_internal_type() == "BinaryField":
        return _hex
    return str if isinstance(field, DecimalField | UUIDField) else None


def _hex(value: Any) -> Any:
    return "\\x" + bytes(getattr(value, "obj", value)).hex()  # `obj`: out of the driver's wrapper


def values(row: Model, *names: str) -> list[Any]:
    """The fields of these names as a document carries them, for a statement written out: bytes as `\\x…`, secrets sealed."""
    return _named(type(row), names).of(row)


@cache
def _named(model: type[Model], names: tuple[str, ...]) -> _Columns:
    return _Columns([model._meta.get_field(name) for name in names])


def document(rows: Iterable[Sequence[Any]]) -> str:
    """The rows, each its `values`, as one parameter of a prepared statement."""
    return to_json(list(rows), fallback=_labels).decode()


def _document(rows: Sequence[Model], columns: _Columns) -> str:
    return document(columns.of(row) for row in rows)


def _taken(field: Any, place: int) -> str:
    """The SQL that reads a column's value out of the row `e` of a document. No cast to a length: it would cut without a word."""
    if isinstance(field, Grams):
        return f"array_to_tsvector(array(SELECT jsonb_array_elements_text(e->{place})))"
    if isinstance(field, JSONField):
        return f"nullif(e->{place}, 'null')"
    if isinstance(field, ArrayField):
        return f"array(SELECT v::{field.base_field.db_type(connection)} FROM jsonb_array_elements_text(e->{place}) AS v)"  # noqa: S608  # of our own
    kind = field.rel_db_type(connection) if field.primary_key else field.db_type(connection)
    return f"e->>{place}" if kind.startswith(("varchar", "text")) else f"(e->>{place})::{kind}"


def _for_new(one: Model) -> tuple[str, _Columns]:
    """The statement and the columns for new rows like this one."""
    left = tuple(name for name in _defaulted(type(one)) if isinstance(one.__dict__.get(name), DatabaseDefault))
    return _insert(type(one), one.pk is not None, left)


@cache
def _insert(model: type[Model], keyed: bool, left: tuple[str, ...]) -> tuple[str, _Columns]:
    """The statement and the columns for new rows that bring their keys or not, without the columns `left` to the database."""
    fields = [f for f in model._meta.concrete_fields if f.attname not in left and (keyed or not f.primary_key)]
    quote, key = connection.ops.quote_name, model._meta.pk.column
    names = ", ".join(quote(field.column) for field in fields)
    values = ", ".join(_taken(field, place) for place, field in enumerate(fields))
    found = f"SELECT {values} FROM jsonb_array_elements(%s::jsonb) AS e RETURNING {quote(key)} AS k"  # noqa: S608  # names of our own
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) {found}", _Columns(fields)


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, _Columns]:
    fields: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(field.column)} = {_taken(field, place)}" for place, field in enumerate(fields) if place)
    found = f"jsonb_array_elements(%s::jsonb) AS e WHERE t.{quote(fields[0].column)} = (e->>0)::bigint"
    return f"UPDATE {quote(model._meta.db_table)} AS t SET {sets} FROM {found} RETURNING 0 AS k", _Columns(fields)  # noqa: S608


@lru_cache(maxsize=1024)
def _together(texts: tuple[str, ...]) -> str:
    parts = ", ".join(f"w{place} AS ({text})" for place, text in enumerate(texts))
    return f"WITH {parts} SELECT {', '.join(f'array(SELECT k FROM w{place})' for place in range(len(texts)))}"  # noqa: S608  # of the above
