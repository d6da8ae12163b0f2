"""A deadline at a glance: icon, word, countdown; the whole sentence in its title, the reasons one click away."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xiuhao.kernel import registry
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.time import now
from xiuhao.ui import words

NEAR = timedelta(hours=2)
ICONS = {"ok": "clock", "near": "clock", "over": "alert-triangle", "held": "clock-pause", "done": "check"}


def look(clock: CaseClock, at: datetime) -> str:
    """ok, near (at most half of the time or two hours left), over, held (paused), done."""
    if clock.stopped_at:
        return "over" if clock.breached_at else "done"
    if clock.breached_at or (clock.due_at and clock.due_at <= at):
        return "over"
    if clock.since is None or clock.due_at is None:
        return "held"
    half = (clock.due_at - clock.started_at) / 2
    left = clock.due_at - at
    return "near" if left <= NEAR or left <= half else "ok"


def chip(case: Case, clock: CaseClock) -> SafeString:
    """One clock of a case as a link to its explanation."""
    process = registry.process(case.process)
    at = now()
    kind = look(clock, at)
    label = process.clock(clock.key).label
    text, title = _said(case, clock, kind, at)
    due = clock.due_at.isoformat() if clock.due_at and not clock.stopped_at and clock.since else ""
    return format_html(
        '<a class="chip {} {}" href="/c/{}/{}/clock/{}" hx-get="/c/{}/{}/clock/{}" hx-target="#dialog" title="{}" data-due="{}">'
        '{}<span>{}</span> <b data-left>{}</b>{}</a>',
        kind, "maybe" if clock.provisional else "", case.process, case.number, clock.pk, case.process, case.number, clock.pk,
        _("{label}：{title}").format(label=label, title=title), due, icon(ICONS[kind], "s"), label, text,
        f" {_('暂估')}" if clock.provisional else "",
    )  # fmt: skip


def few(clocks: list[CaseClock]) -> tuple[list[CaseClock], list[CaseClock]]:
    """Of the clocks of a case those that stand on its face, and those behind one tap: what ended in time, once there are many; of a case
    where nothing else is left its last one stays."""
    ended = [clock for clock in clocks if clock.stopped_at and not clock.breached_at]
    if len(ended) <= 2:
        return clocks, []
    left = [clock for clock in clocks if clock not in ended]
    return (left, ended) if left else (ended[-1:], ended[:-1])


def due_chip(case: Case, clocks: list[CaseClock]) -> SafeString:
    """The nearest deadline of a row: a running clock, else a paused one, else a dash."""
    running = [clock for clock in clocks if clock.since and clock.due_at]
    if case.is_open and running:
        return chip(case, min(running, key=lambda clock: clock.due_at or now()))
    held = [clock for clock in clocks if not clock.since]
    return chip(case, held[0]) if case.is_open and held else format_html('<span class="quiet">{}</span>', words.DASH)


def _said(case: Case, clock: CaseClock, kind: str, at: datetime) -> tuple[str, str]:
    """What the chip reads, and the sentence in its title."""
    if clock.void:
        return _("已作废"), _("不再计时")
    if clock.stopped_at:
        met = _("按时完成") if kind == "done" else _("超时完成")
        return met, _("{moment} 完成").format(moment=words.moment(clock.stopped_at))
    if kind == "held":
        state = registry.process(case.process).state(case.state)
        return _("已暂停"), _("已暂停·{state}，已用 {spent}").format(state=state.label, spent=words.span(clock.spent))
    assert clock.due_at is not None
    left = (clock.due_at - at).total_seconds()
    moment = words.moment(clock.due_at)
    if kind == "over":
        return _("超时 {left}").format(left=words.exact(int(left))), _("应于 {moment} 前完成").format(moment=moment)
    return words.exact(int(left)), _("须在 {moment} 前完成，还剩 {left}").format(moment=moment, left=words.span(left))


@lru_cache(512)
def icon(name: str, size: str = "") -> SafeString:
    """A picture beside a word; it says nothing that the word does not. A page has fifty of them, of few kinds."""
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>', size, static("vendor/icons.svg"), name)
