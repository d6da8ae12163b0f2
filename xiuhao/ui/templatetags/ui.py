"""What templates need of their own: icons, states, clocks, values."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xiuhao.kernel import policy, registry, roles, sentences
from xiuhao.kernel.access import roles_on
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import Case, PolicyRow, WorkCalendar
from xiuhao.kernel.policy.seeds import SINCE
from xiuhao.kernel.process import State, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import chips, kept, words
from xiuhao.ui.defaults import row_url
from xiuhao.ui.pages import Card, Column, Panel, Row

register = template.Library()
register.tag("kept", kept.parse)
register.filter("show", words.show)
register.filter("when", words.when)
register.filter("second", words.second)
register.filter("clock_time", words.clock_time)
register.filter("span", words.span)
register.filter("exact", words.exact)
register.filter("money", words.money)
register.simple_tag(chips.icon, name="icon")
register.simple_tag(chips.chip, name="chip")
register.simple_tag(chips.due_chip, name="due_chip")


@register.simple_tag
def state(of: State) -> SafeString:
    """A state as dot and word; waiting is a ring, an end a square."""
    shape = "waits" if of.waits else "end" if of.end else ""
    return format_html('<span class="state tone-{} {}">{}</span>', of.tone, shape, of.label)


@register.filter
def initial(name: Any) -> str:
    """The letter of a face: the last of a Chinese name, the first of another."""
    text = str(name or "").strip()
    return (text[-1] if "\u3400" <= text[-1] <= "\u9fff" else text[0].upper()) if text else "?"


@register.filter
def sentence(refused: Refused) -> str:
    """What a refusal says to a person."""
    return sentences.say(refused)


@register.filter
def thousands(count: int) -> str:
    """1,284"""
    return f"{count:,}"


@register.filter
def item(of: Any, key: Any) -> Any:
    """`of[key]`, or nothing."""
    return of.get(key) if of else None


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's query with some parameters changed; None takes one away. Always begins with "?"."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}"


@register.simple_tag(takes_context=True)
def cell(context: template.Context, column: Column, row: Row, states: dict[str, State]) -> SafeString | str:
    """One cell of a queue; what a verb changes opens its dialog."""
    shown = _shown(column, row, states)
    if not column.verb or not _may(row, column.verb):
        return shown
    here = urlencode({"next": context["request"].get_full_path()})
    return format_html(
        '<a class="inline" href="{0}?{1}" hx-get="{0}?{1}" hx-target="#dialog" data-verb="{2}" title="{3}">{4}</a>',
        f"{row_url(row)}do/{column.verb}", here, column.verb, registry.process(row.case.process).verb(column.verb).label, shown,
    )  # fmt: skip


def _may(row: Row, verb: str) -> bool:
    """Whether a cell offers its verb: by state and granted roles, which costs nothing; the dialog asks the engine."""
    process = registry.process(row.case.process)
    return any(t.key == verb for t in process.open_to(process.state(row.case.state), roles_on(row.actor, row.case, row.record)))


def _shown(column: Column, row: Row, states: dict[str, State]) -> SafeString | str:
    value = column.cell(row)
    if column.kind == "state":
        return state(states[value])
    if column.kind == "due":
        return chips.due_chip(row.case, row.clocks)
    shown = words.brief(value) if column.kind == "time" and value is not None else words.show(value)
    if column.kind == "title":
        return format_html('<a href="{}">{}</a>', row_url(row), shown)
    return format_html('<span class="cut">{}</span>', shown) if column.kind == "long" else shown


@register.inclusion_tag("ui/verb.html", takes_context=True)
def verb_button(context: template.Context, case: Case, transition: Transition, first: bool = False, next: str = "") -> dict[str, Any]:  # noqa: A002
    """A verb as a button: opens its dialog, or does it at once where nothing need be said; then on to `next`, else to the case."""
    return _verb(context, case, transition, "main-act" if first else "", next)


@register.inclusion_tag("ui/verb.html", takes_context=True)
def verb_item(context: template.Context, case: Case, transition: Transition) -> dict[str, Any]:
    """A verb as an entry of a menu."""
    return _verb(context, case, transition, "item")


def _verb(context: template.Context, case: Case, transition: Transition, look: str, then: str = "") -> dict[str, Any]:
    url = f"/c/{case.process}/{case.number}/do/{transition.key}" + (f"?{urlencode({'next': then})}" if then else "")
    return {
        "t": transition, "next": then, "case": case, "url": url, "look": look, "key": uuid4() if not transition.needs else None,
        "csrf_token": context.get("csrf_token"), "item": look == "item",
    }  # fmt: skip


@register.simple_tag(takes_context=True)
def panel(context: template.Context, of: Panel | Card, own: dict[str, Any]) -> str:
    """The content of a panel or card, with what its module gave it."""
    all_of_it: dict[Any, Any] = dict(context.flatten())
    return render_to_string(of.template, {**all_of_it, **own}, request=context.get("request"))


@register.filter
def role(key: str) -> Any:
    """What a role is called."""
    return roles.LABELS.get(key, key)


@register.filter
def rule_name(row: PolicyRow) -> str:
    """What a policy row is called among people."""
    return policy.naming(row)


@register.filter
def since(row: PolicyRow) -> SafeString | str:
    """From when a row holds; what has always held says so."""
    return _("自始") if row.since <= SINCE else words.when(row.since)


@register.filter
def calendar_name(calendar: WorkCalendar) -> str:
    """A working calendar in the reader's language."""
    return said(calendar.name, calendar.name_en)
