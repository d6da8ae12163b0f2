"""Full-text search without a dictionary: it finds exactly what LIKE would find, by an index of adjacent character pairs.

A row keeps its text normalised (`normal`) in one column and the pairs of it (`Grams`) in another with a GIN index. A query's
words are looked up by their pairs, and what the index offers is checked against the text, so nothing is missed (a word
segmenter misses where it cuts text and query differently) and nothing is found too much.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, TypeVar

from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from xiuhao.kernel.refusal import Refused

M = TypeVar("M", bound=models.Model)

LONGEST_QUERY = 200  # characters
# PostgreSQL addresses the lexemes of one tsvector within 1 MB and does not check it here: a text whose pairs are more is
# marked by one lexeme that every query accepts, and its text alone decides.
MOST_BYTES = 500_000
TOO_MANY = "***"  # no pair is three characters long

_IGNORABLE = re.compile(
    "[\0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def normal(text: str) -> str:
    """The form that text and query are compared in: full-width and compatibility forms folded, case folded, what cannot be
    seen left out (toNFKC_Casefold, Unicode 3.13, and NUL and surrogates, which PostgreSQL cannot hold)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", _IGNORABLE.sub("", folded))


def grams(text: str) -> list[str]:
    """The distinct adjacent pairs of a normalised text and its last character; [TOO_MANY] if they are too many for an index.

    The last character, and the pairs that begin with any other, make one single character findable by prefix.
    """
    found = {a + b for a, b in pairwise(text)} | ({text[-1]} if text else set())
    return sorted(found) if sum(len(pair.encode()) for pair in found) <= MOST_BYTES else [TOO_MANY]


def words(query: str) -> list[str]:
    """The normalised words of a query, none contained in another. Raises Refused query_too_long (422)."""
    if len(query) > LONGEST_QUERY:
        raise Refused("query_too_long", {"limit": LONGEST_QUERY}, status=422)
    kept: list[str] = []
    for word in sorted(normal(query).split(), key=len, reverse=True):
        if not any(word in longer for longer in kept):
            kept.append(word)
    return kept


def matching(queryset: models.QuerySet[M], query: str, *, grams: str = "grams", text: str = "plain") -> models.QuerySet[M]:
    """The rows whose `text` (a column of normalised text) contains each word of the query, wherever; all rows if it has none.

    `grams` is the `Grams` column; both may be paths ("document__grams"). Raises Refused query_too_long (422).
    """
    for word in (wanted := words(query)):
        queryset = queryset.filter(**{f"{text}__contains": word})
    return queryset.filter(**{f"{grams}__holds": wanted}) if wanted else queryset


def tsquery(wanted: Iterable[str]) -> str:
    """The words as a tsquery of their pairs; a single character is a prefix. Normalised words only."""
    lexemes = {f"{_quoted(word)}:*" for word in wanted if len(word) == 1}
    lexemes |= {_quoted(a + b) for word in wanted for a, b in pairwise(word)}
    return f"({' & '.join(sorted(lexemes))}) | {_quoted(TOO_MANY)}"


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


class Grams(models.Field):  # type: ignore[type-arg]  # only the stubs are generic
    """A tsvector of the pairs of another column, `source`, worked out when a row is saved; give it a GinIndex.

    A save with `update_fields` must name both columns, a queryset's `update` give both: `plain=normal(t), grams=grams(normal(t))`.
    It is written, never read: selected, it is NULL.
    """

    description = "Character pairs of a text"

    def __init__(self, *args: Any, source: str = "plain", **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{**kwargs, "editable": False, "default": list})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"], kwargs["default"]
        return name, path, args, {**kwargs, "source": self.source}

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        try:
            self.model._meta.get_field(self.source)
        except FieldDoesNotExist:
            return [*super().check(**kwargs), checks.Error(f"{self} is made of {self.source}, which is no field", id="kernel.E001")]
        return super().check(**kwargs)

    def db_type(self, connection: Any) -> str:
        return "tsvector"

    def pre_save(self, model_instance: models.Model, add: bool) -> list[str]:
        return grams(getattr(model_instance, self.source))

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s" if hasattr(value, "as_sql") else "array_to_tsvector(%s::text[])"

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, list[Any]]:
        return "NULL", []


@Grams.register_lookup
class Holds(models.Lookup):  # type: ignore[type-arg]  # only the stubs are generic
    """`grams__holds=[words]`: the index's candidates for rows that contain all of them."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} @@ %s::tsquery", [*params, tsquery(self.rhs)]
