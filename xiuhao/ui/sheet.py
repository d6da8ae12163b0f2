"""Forms that are not a verb's: of master data and settings. Made of the same evidence, shown by the same widgets.

sheet = Sheet("hire", _("入职"), request.path, needs, back="/staff/")
return answer(request, sheet, lambda given: (_("已入职"), f"/staff/{hire(given).pk}"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase

from xiuhao.kernel import sentences
from xiuhao.kernel.evidence import Choice, Evidence
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local
from xiuhao.ui.desk import done, show
from xiuhao.ui.forms import Field


@dataclass(frozen=True, kw_only=True)
class Several(Evidence):
    """Any number of `options`: a list of their keys."""

    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    widget: ClassVar[str] = "several"
    blank: ClassVar[Any] = ()

    def clean(self, raw: Any) -> list[str]:
        if set(raw) - {key for key, _label in self.options}:
            raise Refused("not_offered", {"label": self.label}, status=422)
        return [key for key, _label in self.options if key in raw]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": [key for key, _label in self.options]}, "uniqueItems": True}


class SheetField(Field):
    """As a verb's, and several choices at once."""

    @property
    def group(self) -> bool:
        return super().group or self.widget == "several"


@dataclass
class Sheet:
    """`needs` are asked at `url`; `known` are the present values by key. `submit` is the button's word, by default the label."""

    key: str
    label: str
    url: str
    needs: tuple[Evidence, ...] = ()
    known: Mapping[str, Any] = field(default_factory=dict)
    back: str = "/"
    submit: str = ""
    intro: str = ""
    bad: bool = False  # the button is the dangerous kind
    refused: Refused | None = None
    fields: list[Field] = field(default_factory=list)

    @property
    def transition(self) -> Sheet:
        """The fields' template reads key and label of a verb there; here it is the sheet itself."""
        return self

    @property
    def sentence(self) -> str:
        return sentences.say(self.refused) if self.refused else ""

    @property
    def wrong(self) -> list[Field]:
        return [each for each in self.fields if each.error]

    def fill(self, typed: Mapping[str, Any] | None = None, refused: Refused | None = None) -> Sheet:
        """Make the fields: what was typed, else what is known."""
        self.refused = refused
        wrong = refused.fields if refused else {}
        self.fields = []
        for need in self.needs:
            value = self.known.get(need.key) if typed is None else typed.get(need.key)
            error = sentences.say(wrong[need.key]) if need.key in wrong else ""
            made = SheetField(need, _raw(value), error, need.wanted(typed or {}))
            if isinstance(need, Choice | Several):
                offered = need.choices() if isinstance(need, Choice) else need.options
                made.options = tuple((str(key), str(label)) for key, label in offered)
            self.fields.append(made)
        return self


def _raw(value: Any) -> Any:
    return local(value).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value


def typed(sheet: Sheet, data: QueryDict) -> dict[str, Any]:
    """What a browser sent for this sheet, as it was typed; other names are not looked at."""
    found: dict[str, Any] = {}
    for need in sheet.needs:
        several, check = need.widget == "several", need.widget == "check"
        found[need.key] = data.getlist(need.key) if several else need.key in data if check else data.get(need.key, "").strip()
    return found


def read(sheet: Sheet, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values in their own types, blanks for what was left out. Raises Refused incomplete (422) naming every field."""
    found: dict[str, Any] = {}
    wrong: dict[str, Refused] = {}
    for need in sheet.needs:
        found[need.key] = need.blank
        try:
            if raw.get(need.key) not in (None, "", []):
                found[need.key] = need.clean(raw[need.key])
        except Refused as refused:
            wrong[need.key] = refused
    for need in sheet.needs:
        if need.key not in wrong and need.lacks(found[need.key]) and need.wanted(found):
            wrong[need.key] = Refused("missing", {"label": need.label}, status=422)
    if wrong:
        labels = [str(need.label) for need in sheet.needs if need.key in wrong]
        status = 413 if all(refused.status == 413 for refused in wrong.values()) else 422
        raise Refused("incomplete", {"verb": sheet.label, "labels": labels}, status=status, fields=wrong)
    return found


def answer(
    request: HttpRequest,
    sheet: Sheet,
    act: Callable[[dict[str, Any]], tuple[str, str]],
    template: str = "ui/sheet.html",
    **context: Any,
) -> HttpResponseBase:
    """Show the sheet, or take it: `act(given)` does the work and returns (sentence, where to go on). What it refuses is said on
    the sheet, with everything that was typed."""
    if request.method != "POST":
        return show(request, template, form=sheet.fill(), **context)
    raw = typed(sheet, request.POST)
    try:
        sentence, url = act(read(sheet, raw))
    except Refused as refused:
        return show(request, template, refused.status, form=sheet.fill(raw, refused), **context)
    return done(request, str(sentence), url)
