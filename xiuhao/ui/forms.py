"""The form of a verb, made of the evidence it needs; and what a browser sent, made into what the engine is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from xiuhao.kernel import files, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import CaseNumber, Choice, Evidence, Files, Ref
from xiuhao.kernel.models import Attachment, Case
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local, now
from xiuhao.ui import words

UPLOAD = "__upload"  # what is chosen in a file input when no script has uploaded it already
FEW = 4  # so many choices are shown as buttons, more as a list


@dataclass
class Field:
    """One piece of evidence on the screen. `value` is raw, as it was typed."""

    need: Evidence
    value: Any = None
    error: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    taken: list[Attachment] = field(default_factory=list)
    pick: bool = False  # one of what is offered, and nothing else
    hint: str = ""  # what is on file, masked: shown while nothing is typed
    was: str = ""  # what the record says: sent along, so that what its reader left as it was overwrites nobody's change

    @property
    def name(self) -> str:
        return self.need.key

    @property
    def raw(self) -> str:
        """The value as an input holds it."""
        return "" if self.value is None else str(self.value)

    @property
    def widget(self) -> str:
        kind = "ref" if self.pick else self.need.widget
        return "radio" if kind == "select" and self.required and len(self.options) <= FEW else kind

    @property
    def absent(self) -> bool:
        """True for a reference that offers nothing and need not be given (a template of its own, or a link, fills it in), and for a
        confirmation of what nobody has warned of yet."""
        if self.widget == "confirm":
            return not self.error
        return self.widget == "ref" and not self.options and not self.required and not self.error

    @property
    def broad(self) -> bool:
        """True if it wants the whole width."""
        return self.widget in ("textarea", "files", "photos", "radio")

    @property
    def template(self) -> str:
        return f"ui/widgets/{self.widget}.html"

    @property
    def group(self) -> bool:
        """True if it is several inputs under one label."""
        return self.widget in ("radio", "files", "photos")


@dataclass
class VerbForm:
    """A verb's form: of a case, or of a birth, `on` another where it is born there. `key` makes a repeated submit harmless, `version` is
    what its reader saw."""

    process: Process
    transition: Transition
    actor: Actor
    case: Case | None = None
    record: Any = None
    on: Case | None = None
    fields: list[Field] = field(default_factory=list)
    key: UUID = field(default_factory=uuid4)
    refused: Refused | None = None
    draft_at: datetime | None = None
    since: int | None = None  # the version beside which the typed words were written, if an older one

    @property
    def url(self) -> str:
        start = f"/c/{self.process.key}/"
        return f"{start}{self.case.number}/do/{self.transition.key}" if self.case else f"{start}new?verb={self.transition.key}"

    @property
    def parent(self) -> str:
        """The number of the case on which one is born."""
        return self.on.number if self.on else ""

    @property
    def draft(self) -> str:
        """The key under which what is typed is kept."""
        return f"{self.process.key}:{self.case.number if self.case else self.parent or 'new'}:{self.transition.key}"

    @property
    def version(self) -> int | None:
        """What its reader has seen; the engine knows which later changes this verb must not overlook."""
        return (self.since or self.case.version) if self.case else None

    @property
    def sentence(self) -> str:
        return sentences.say(self.refused) if self.refused else ""

    @property
    def wrong(self) -> list[Field]:
        return [each for each in self.fields if each.error]

    @property
    def conditional(self) -> bool:
        """True if what one field says decides whether another is needed."""
        return any(need.when for need in self.transition.needs)


def build(
    form: VerbForm, given: dict[str, Any], *, refused: Refused | None = None, offered: bool = True, chosen: Sequence[str] = ()
) -> VerbForm:
    """Fill the form with fields; `given` are raw values. `offered=False` leaves out what references offer (many rows); `chosen` are the
    cases of bulk work: where another case is named it may be one of them."""
    form.refused = refused
    step = _step(form)
    step.context["chosen"] = chosen
    wrong = refused.fields if refused else {}
    says = {need.key: _known(form, need) for need in form.transition.needs}
    begun = {need.key: need.starts(step) for need in form.transition.needs if need.starts and form.case and says[need.key] is None}
    found = _typed(form.transition, {**begun, **given})
    for need in form.transition.needs:
        error = sentences.say(wrong[need.key]) if need.key in wrong else ""
        known = says[need.key]
        made = Field(need, given.get(need.key, begun.get(need.key, known)), error, need.wanted(found), hint=_masked(form, need))
        made.was = "" if known is None else str(known)
        if isinstance(need, Choice):
            made.options = tuple((str(key), str(label)) for key, label in need.offered(form.actor.kind))
        elif isinstance(need, Ref) and offered:
            made.options = tuple((str(key), str(label)) for key, label in need.offers(step))
            made.pick = isinstance(need, CaseNumber) and bool(chosen and made.options)
            made.value = made.options[0][0] if made.pick and not made.value else made.value
        elif isinstance(need, Files) and made.value:
            rows = Attachment.objects.visible_to(form.actor).filter(public_id__in=_uuids(made.value), case=None)
            made.taken = list(rows.select_related("file"))
        form.fields.append(made)
    return form


def _step(form: VerbForm) -> Step:
    """The step that references make their offers for; of a birth or of many cases a blank one, as the engine would begin it: what is born
    on another case has its customer and unit."""
    actor = form.actor
    record = form.record or apps.get_model(form.process.record)()
    case = form.case or Case(process=form.process.key, state="", owner_id=actor.id, unit_path=actor.unit_path)
    if on := form.on:
        case.customer_id, case.unit_id, case.unit_path = on.customer_id, on.unit_id, on.unit_path
    case.unit_id = case.unit_id or actor.unit  # type: ignore[assignment]
    context = {"parent": form.on} if form.on else {}
    return Step(form.process, form.transition, actor, now(), {}, case=case, record=record, before=case.state, context=context)


def _typed(transition: Transition, given: dict[str, Any]) -> dict[str, Any]:
    """What of the raw values can be read, for `when`."""
    found: dict[str, Any] = {}
    for need in transition.needs:
        found[need.key] = need.blank
        if given.get(need.key) not in (None, "", []):
            try:
                found[need.key] = need.clean(given[need.key])
            except Refused:
                continue
    return found


def _known(form: VerbForm, need: Evidence) -> Any:
    """What the record already says under that name; texts only where they are not the words of one act."""
    if not _retold(form) or getattr(need, "personal", False):
        return None
    value = getattr(form.record, need.key, None)
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%dT%H:%M")
    return getattr(value, "key" if isinstance(need, Choice) else "pk", value)


def _retold(form: VerbForm) -> bool:
    """Whether the verb may say anew what the record says already: it need not lead on to another state."""
    return form.case is not None and form.transition.target is None


def _masked(form: VerbForm, need: Evidence) -> str:
    """What the record says of a person, masked: shown beside the empty input, which changes it (CS3-2.4)."""
    value = getattr(form.record, need.key, "") if _retold(form) and getattr(need, "personal", False) else ""
    return words.masked(need, str(value)) if value else ""


def _uuids(raw: Any) -> list[UUID]:
    found = []
    for each in raw if isinstance(raw, list | tuple) else [raw]:
        try:
            found.append(UUID(str(each)))
        except ValueError:
            continue
    return found


def given_of(transition: Transition, data: QueryDict) -> dict[str, Any]:
    """What a form sent, as the engine wants it: only what the verb needs, blanks left out. Other names are not for it to judge."""
    given: dict[str, Any] = {}
    for need in transition.needs:
        if need.widget == "check":
            given[need.key] = need.key in data
        elif need.widget in ("files", "photos"):
            if ids := [value for value in data.getlist(need.key) if value]:
                given[need.key] = ids
        elif data.get(need.key, "").strip():
            given[need.key] = data[need.key]
    return given


def changed_of(transition: Transition, data: QueryDict) -> dict[str, Any]:
    """As `given_of`, without what its reader was shown and left as it was: what a verb is not given it does not change. What the verb
    cannot do without stays."""
    given = given_of(transition, data)
    found = _typed(transition, given)
    return {
        need.key: given[need.key]
        for need in transition.needs
        if need.key in given and (need.wanted(found) or not _same(given[need.key], data.get(f"_was.{need.key}", "")))
    }


def _same(raw: Any, was: str) -> bool:
    """Whether a text says what it said: a browser sends other line ends than it was given."""
    return isinstance(raw, str) and raw.replace("\r\n", "\n").strip() == was.replace("\r\n", "\n").strip()


def take_uploads(request: HttpRequest, transition: Transition, given: dict[str, Any], actor: Actor) -> None:
    """Keep files that came with the form itself (a browser without scripts) and name them in `given`. Raises Refused."""
    for need in transition.needs:
        if need.widget not in ("files", "photos"):
            continue
        for upload in request.FILES.getlist(need.key + UPLOAD):
            kept = files.receive(upload, upload.name or _("文件"), actor)
            given[need.key] = [*given.get(need.key, []), str(kept.public_id)]


def key_of(data: QueryDict) -> UUID:
    """The form's idempotency key. Raises Refused bad_key (400): without it a repeat could not be told from a second act."""
    try:
        return UUID(data.get("_key", ""))
    except ValueError:
        raise Refused("bad_key", status=400) from None


def version_of(data: QueryDict) -> int | None:
    """The version that the form's reader saw, or None if the verb does not mind. Raises Refused bad_version (400)."""
    raw = data.get("_version", "")
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise Refused("bad_version", status=400)
    return int(raw)
