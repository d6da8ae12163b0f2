"""What a handset says, read without guessing. Raises Refused missing or unknown_field (422), naming the place."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictStr, ValidationError

from xiuhao.fieldwork.app.moments import Anchor, Tick
from xiuhao.fieldwork.app.shots import Announced
from xiuhao.fieldwork.app.sync import Act
from xiuhao.kernel.refusal import Refused
from xiuhao.ui.api import strict

MOST = 50  # actions in one batch
Count = Annotated[float, Field(ge=0, le=1e13)]
M = TypeVar("M", bound=BaseModel)
Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]


def _calendar(value: datetime) -> datetime:
    """A moment that the database can keep; a phone may claim any year."""
    if not 1970 <= value.year <= 2200:
        raise ValueError("year")
    return value


Claimed = Annotated[AwareDatetime, AfterValidator(_calendar)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AnchorIn(_Strict):
    """Our time as an answer told it, and the counter when it came."""

    server: Claimed
    mono: Count


class ActIn(_Strict):
    """One action."""

    sequence: Annotated[int, Field(ge=1, le=2**31 - 1)]
    key: UUID
    number: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")]
    verb: Annotated[StrictStr, Field(pattern=r"^[a-z_]{1,60}$")]
    given: dict[str, Any] = {}
    after: Whole = 0
    base: Whole = 0
    at: Claimed
    mono: Count
    session: UUID
    anchor: AnchorIn | None = None
    withdrawn: StrictBool = False


class BatchIn(_Strict):
    """A batch, with the handset's clocks at the moment of sending."""

    at: Claimed
    mono: Count
    session: UUID
    losses: Whole = 0
    actions: Annotated[list[ActIn], Field(max_length=MOST)] = []


class EnrolIn(_Strict):
    """A handset that asks to be known."""

    handset: UUID
    label: Annotated[str, BeforeValidator(lambda value: str(value)[:80])] = ""


class ShotIn(_Strict):
    """A photo that will come; `position` is "latitude,longitude" in degrees, `of` the photo of which it is the original."""

    id: UUID
    name: Annotated[StrictStr, Field(max_length=200)]
    size: Annotated[int, Field(ge=0, le=2**40)]
    taken_at: Claimed | None = None
    position: Annotated[StrictStr, Field(pattern=r"^-?\d{1,3}(\.\d{1,8})?,-?\d{1,3}(\.\d{1,8})?$")] | None = None
    of: UUID | None = None


def _read(model: type[M], request: HttpRequest) -> M:
    try:
        return model.model_validate(strict.body(request))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))[:60]
        code = "unknown_field" if first["type"] == "extra_forbidden" else "missing"
        raise Refused(code, {"field": place, "label": place}, status=422) from None


def batch(request: HttpRequest) -> tuple[list[Act], Tick, int]:
    """The actions of a batch, when it was sent by the handset's clocks, and how often its storage was lost."""
    found = _read(BatchIn, request)
    sent = Tick(found.at, found.mono, found.session)
    acts = [
        Act(
            one.sequence, one.key, one.number, one.verb, Tick(one.at, one.mono, one.session), one.given, one.after, one.base,
            Anchor(one.anchor.server, one.anchor.mono) if one.anchor else None, one.withdrawn,
        )
        for one in found.actions
    ]  # fmt: skip
    return acts, sent, found.losses


def enrolment(request: HttpRequest) -> tuple[UUID, str]:
    """The id and the name of a handset."""
    found = _read(EnrolIn, request)
    return found.handset, found.label


def shot(request: HttpRequest) -> Announced:
    """A photo that will come."""
    found = _read(ShotIn, request)
    return Announced(found.id, found.name, found.size, found.taken_at, found.position, found.of)
