"""What a verb needs: typed inputs that know how to clean themselves and how to describe themselves (JSON Schema, widget)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from uuid import UUID

from xiuhao.kernel.masking import normalise_phone
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, zone

Options = tuple[tuple[str, Any], ...]  # key, and what is shown as its label: str() of it, late, for the language of the moment


@dataclass(frozen=True, kw_only=True)
class Evidence(ABC):
    """One input of a verb. `when(given)` makes it required only then; `clauses` are carried by its being complete. `in_words(value, data)`
    is what a timeline shows instead of a value that tells its readers nothing, by the data of the line. `starts(step)` is the raw value
    with which a case's form begins, to be changed where it is not so.

    What is `ours` is written for the house: of a public step no outsider reads it. Personal texts go into encrypted, erasable content;
    everything else into the journal line itself (`secret`).
    """

    key: str
    label: str
    required: bool = True
    help: str = ""
    when: Callable[[Mapping[str, Any]], bool] | None = None
    clauses: tuple[str, ...] = ()
    in_words: Callable[[Any, Mapping[str, Any]], str] | None = None
    starts: Callable[[Any], Any] | None = None
    ours: bool = False
    widget: ClassVar[str] = "text"
    secret: ClassVar[bool] = False
    blank: ClassVar[Any] = None
    of_staff: ClassVar[bool] = False  # never wanted of a customer
    sample: ClassVar[Any] = None  # a raw value that it accepts: the example of the API's pages and of the generic tests

    @property
    def guards(self) -> tuple[Any, ...]:
        """Conditions (`process.Guard`) of every verb that takes this evidence, and what is `beside` it."""
        return ()

    @property
    def beside(self) -> tuple[Evidence, ...]:
        """Further evidence of every verb that takes this one, right after it."""
        return ()

    def example(self) -> Any:
        """A raw value that this evidence accepts."""
        return self.sample

    def wanted(self, given: Mapping[str, Any]) -> bool:
        return self.when(given) if self.when else self.required

    def lacks(self, value: Any) -> bool:
        """Whether this value says nothing, so that it does not do where the evidence is wanted."""
        return value in (None, "", (), [])

    @abstractmethod
    def clean(self, raw: Any) -> Any:
        """The value to keep. Raises Refused with status 422."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """JSON Schema 2020-12 of the raw value."""

    def says(self, value: Any) -> Any:
        """The kept value in the words of people, where they differ."""
        return value

    def _bad(self, code: str, **params: Any) -> Refused:
        return Refused(code, {"label": self.label, **params}, status=422)


@dataclass(frozen=True, kw_only=True)
class Text(Evidence):
    """One line of text, at most `longest` characters."""

    longest: int = 200
    personal: bool = False
    widget: ClassVar[str] = "text"
    sample: ClassVar[Any] = "说明"
    secret: ClassVar[bool] = True
    blank: ClassVar[Any] = ""
    lines: ClassVar[bool] = False

    def clean(self, raw: Any) -> str:
        if not isinstance(raw, str):
            raise self._bad("not_text")
        return clean_text(raw, self.longest, lines=self.lines, label=self.label)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest, "pattern": r"^[^\u0000]*$"}


@dataclass(frozen=True, kw_only=True)
class LongText(Text):
    """Several lines of text."""

    longest: int = 16_000
    widget: ClassVar[str] = "textarea"
    sample: ClassVar[Any] = "详细说明"
    lines: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class Phone(Text):
    """A telephone number, however it was typed; kept in E.164."""

    longest: int = 40
    personal: bool = True
    widget: ClassVar[str] = "phone"
    sample: ClassVar[Any] = "13800138000"

    def clean(self, raw: Any) -> str:
        return normalise_phone(super().clean(raw))


@dataclass(frozen=True, kw_only=True)
class Choice(Evidence):
    """One key of `options`: a tuple of (key, label), or a function that returns one. `only` are (key, kind of actor): who else gives
    that key is refused."""

    options: Options | Callable[[], Options] = ()
    only: tuple[tuple[str, str], ...] = ()
    widget: ClassVar[str] = "select"
    blank: ClassVar[Any] = ""

    def choices(self) -> Options:
        return self.options() if callable(self.options) else self.options

    def offered(self, kind: str) -> Options:
        """What this kind of actor may choose."""
        return tuple((key, label) for key, label in self.choices() if dict(self.only).get(key, kind) == kind)

    def example(self) -> Any:
        return next((key for key, _label in self.choices()), "")

    def clean(self, raw: Any) -> str:
        if raw not in {key for key, _label in self.choices()}:
            raise self._bad("not_offered", value=str(raw)[:40])
        return str(raw)

    def schema(self) -> dict[str, Any]:
        if callable(self.options):  # data of the installation: a schema must not go stale with it
            return {"type": "string", "maxLength": 64, "pattern": r"^[^\u0000]*$"}
        return {"type": "string", "enum": [key for key, _label in self.options]}


@dataclass(frozen=True, kw_only=True)
class Flag(Evidence):
    """Yes or no; `must` refuses no (a step that has to be confirmed), and where it is wanted left out is no."""

    must: bool = False
    required: bool = False
    widget: ClassVar[str] = "check"
    sample: ClassVar[Any] = True
    blank: ClassVar[Any] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "required", self.required or self.must)

    def lacks(self, value: Any) -> bool:
        return not value

    def clean(self, raw: Any) -> bool:
        value = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}.get(str(raw).lower())
        if value is None or (self.must and not value):
            raise self._bad("must_confirm" if value is False else "not_flag")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class Number(Evidence):
    """A whole or decimal number within bounds, with its unit for people."""

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(10**9)
    places: int = 0
    unit: str = ""
    widget: ClassVar[str] = "number"
    sample: ClassVar[Any] = 1

    def clean(self, raw: Any) -> Decimal | int:
        if isinstance(raw, bool) or len(str(raw)) > 40:
            raise self._bad("not_number")
        try:
            value = Decimal(str(raw).replace(",", "").strip())
        except InvalidOperation:
            raise self._bad("not_number") from None
        if not value.is_finite() or not self.least <= value <= self.most:
            raise self._bad("out_of_range", least=self.least, most=self.most)
        if value != round(value, self.places):
            raise self._bad("too_precise", places=self.places)
        return int(value) if self.places == 0 else round(value, self.places)

    def schema(self) -> dict[str, Any]:
        kind = "integer" if self.places == 0 else "number"
        bounds = {"minimum": float(self.least), "maximum": float(self.most)}
        step = {} if self.places == 0 else {"multipleOf": float(Decimal(1).scaleb(-self.places))}
        return {"type": kind, **({k: int(v) for k, v in bounds.items()} if self.places == 0 else bounds), **step}


@dataclass(frozen=True, kw_only=True)
class Money(Number):
    """An amount in the installation's currency, two decimal places."""

    most: Decimal = Decimal("999999999.99")
    places: int = 2
    widget: ClassVar[str] = "money"
    sample: ClassVar[Any] = "10.00"


@dataclass(frozen=True, kw_only=True)
class Day(Evidence):
    """A calendar day, ISO 8601; with `past` not later than today."""

    past: bool = False
    widget: ClassVar[str] = "date"
    sample: ClassVar[Any] = "2026-11-02"

    def clean(self, raw: Any) -> date:
        try:
            value = raw if isinstance(raw, date) and not isinstance(raw, datetime) else date.fromisoformat(str(raw))
        except ValueError:
            raise self._bad("not_date") from None
        if not 1900 <= value.year <= 2200:
            raise self._bad("not_date")
        if self.past and value > local(now()).date():
            raise self._bad("day_ahead")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Moment(Evidence):
    """A moment, ISO 8601; without an offset it is read in the installation's zone (`kernel.time.zone`).

    `within()` gives how far ahead it may lie; then it has to lie ahead. `follows` is (key, minutes): a form fills it in as so much later
    than that other moment, until somebody says otherwise.
    """

    follows: tuple[str, int] | None = None
    within: Callable[[], timedelta] | None = None
    widget: ClassVar[str] = "datetime"
    sample: ClassVar[Any] = "2026-11-23T10:00:00+08:00"

    def example(self) -> Any:
        return (now() + timedelta(days=1)).isoformat() if self.within else self.sample

    def clean(self, raw: Any) -> datetime:
        try:
            value = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
            if value.tzinfo is None:
                value = value.replace(tzinfo=zone())
            value.utctimetuple()  # an offset may carry a year out of range
        except (ValueError, OverflowError):
            raise self._bad("not_moment") from None
        if not 1900 <= value.year <= 2200:
            raise self._bad("not_moment")
        if self.within and value <= now():
            raise self._bad("moment_past")
        if self.within and value > now() + (most := self.within()):
            raise self._bad("moment_far", days=most.days)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, kw_only=True)
class Files(Evidence):
    """Files uploaded before, named by their ids; at least `at_least` of them, images only for Photos."""

    at_least: int = 1
    at_most: int = 20
    images: ClassVar[bool] = False
    widget: ClassVar[str] = "files"
    sample: ClassVar[Any] = ("6f1f8a1e-2f0e-4c3d-9b57-2a8f3a4c1d10",)
    blank: ClassVar[Any] = ()

    def example(self) -> Any:
        return [str(UUID(int=UUID(self.sample[0]).int + i)) for i in range(max(1, self.at_least))]

    def clean(self, raw: Any) -> list[str]:
        try:
            ids = [str(UUID(str(i))) for i in ([raw] if isinstance(raw, str) else list(raw))]
        except (ValueError, TypeError):
            raise self._bad("not_file") from None
        if len(set(ids)) < (self.at_least if self.required else 0) or len(ids) > self.at_most:
            raise self._bad("file_count", at_least=self.at_least, at_most=self.at_most)
        return list(dict.fromkeys(ids))

    def schema(self) -> dict[str, Any]:
        items = {"type": "string", "format": "uuid"}
        return {"type": "array", "items": items, "minItems": self.at_least if self.required else 0, "maxItems": self.at_most}


@dataclass(frozen=True, kw_only=True)
class Photos(Files):
    """Pictures as evidence."""

    images: ClassVar[bool] = True
    widget: ClassVar[str] = "photos"


@dataclass(frozen=True, kw_only=True)
class Ref(Evidence):
    """A row of another table by id. `find(actor, id)` returns what the actor may name, or None; it is given in `offers` for a select."""

    find: Callable[[Any, int], Any] = lambda actor, pk: None
    offers: Callable[[Any], Options] = lambda step: ()
    widget: ClassVar[str] = "ref"
    sample: ClassVar[Any] = 1

    def clean(self, raw: Any) -> int:
        try:
            value = int(str(raw))
        except ValueError:
            raise self._bad("not_reference") from None
        if not 0 < value < 2**63:
            raise self._bad("not_reference")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}


@dataclass(frozen=True, kw_only=True)
class CaseNumber(Ref):
    """Another case, by its number. What it names is looked up, and locked, by the verb itself; `offers` are suggestions only."""

    widget: ClassVar[str] = "case"
    sample: ClassVar[Any] = "GD2611000001"

    def clean(self, raw: Any) -> str:  # type: ignore[override]  # a number is no key
        value = str(raw).strip().upper()
        if not (0 < len(value) <= 32 and value.isascii() and value.replace("-", "").isalnum()):
            raise self._bad("not_reference")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": 32, "pattern": "^[A-Za-z0-9-]+$"}
