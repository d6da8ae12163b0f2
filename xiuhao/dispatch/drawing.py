"""What a page of the board has a thousand times, bars and points of the map, as HTML. Django's templates take ten times as long for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from xiuhao.ui.chips import icon

if TYPE_CHECKING:
    from xiuhao.dispatch.board import Bar, Spot


def track(off: Iterable[tuple[int, int, str]], bars: Sequence[Bar]) -> SafeString:
    """What stands along somebody's hours: when they do not work, and their jobs."""
    said = escape(_("已锁定"))
    lock = f'{icon("lock", "s")}<span class="unseen">{said}</span>'
    parts = [f'<i class="{kind}" data-at="{at}" data-for="{length}"></i>' for at, length, kind in off]
    return mark_safe("".join([*parts, *(_bar(bar, lock) for bar in bars)]))  # every text is escaped below


def _bar(bar: Bar, lock: str) -> str:
    job, words, label = bar.job, escape(bar.words), escape(bar.label)
    number, title = escape(job.number), escape(job.title)
    look = f"bar {bar.look} tone-{bar.tone}{' wrong' if words else ''}{' fixed' if job.fixed else ''}"
    return (
        f'<a class="{look}" href="/dispatch/job/{number}" data-job="{number}" data-version="{job.version}" data-at="{bar.at}"'
        f' data-for="{bar.length}" data-stub="{bar.stub}" data-skill="{escape(job.skill)}:{job.level}"'
        f' title="{bar.time} {title} · {label}{f" · {words}" if words else ""}"><b>{bar.time}</b>{lock if job.pinned else ""}'
        f" <span>{title}</span>{f'<em>{words}</em>' if words else f'<small>{label}</small>'}</a>"
    )


def points(spots: Iterable[Spot]) -> SafeString:
    """The homes and jobs of the map."""
    return mark_safe("".join(map(_point, spots)))  # every text is escaped below


def _point(spot: Spot) -> str:
    title = f"<title>{escape(spot.words)}</title>"
    if spot.kind == "home":
        return f'<path class="home route-{spot.colour}" d="M{spot.x} {spot.y}m-5 4v-5l5-5 5 5v5z">{title}</path>'
    return (
        f'<circle data-job="{escape(spot.number)}" data-still class="spot {spot.kind} route-{spot.colour}" cx="{spot.x}" cy="{spot.y}"'
        f' r="4.5">{title}</circle>'
    )
