"""How the regulation's numbers are changed: previewed, given a reason, journaled, obeyed by the next case without a restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction

from xiuhao.kernel import attempts, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseClock, PolicyEdit, PolicyRow
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.policy.book import STAMP, current, moved
from xiuhao.kernel.policy.tables import Table, table_of
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _

SHOWN = 20
GRACE = timedelta(minutes=5)  # "now" in a form that was open for a while is still now
Kind = Literal["version", "correction", "end", "add"]


@dataclass(frozen=True)
class Change:
    """What somebody wants of one line of a table.

    `version`: a new version from `at` on; running clocks keep what held when they started. `correction`: the row `row` was wrong;
    it is changed in place and running clocks of it are computed anew. `end`: `row` holds until `at`. `add`: a new line from `at`.
    `at` is now if left out. `edition` is that of the row as the editor saw it.
    """

    kind: Kind
    table: str
    line: str
    row: int | None = None
    edition: int | None = None
    at: datetime | None = None
    position: int = 100
    match: Mapping[str, Any] = field(default_factory=dict)
    value: Mapping[str, Any] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Moved:
    """A running clock that a change would touch: its deadline now and then (None while paused)."""

    number: str
    clock: str
    old: datetime | None
    new: datetime | None


@dataclass(frozen=True)
class Preview:
    """What a change would do: the row before and after, column by column; from when the next cases obey; the running clocks on the
    row, how many, and the first of those that the editor may see. `stays`: running clocks keep their deadlines."""

    before: PolicyRow | None
    after: PolicyRow | None
    changes: list[tuple[str, str, str]]
    since: datetime
    running: int
    clocks: list[Moved]
    stays: bool


def preview(change: Change, actor: Actor) -> Preview:
    """What `apply` would do; nothing is written. Raises the same Refused."""
    allowed(actor)
    with attempts.counting("policy", change.kind, actor):
        before, after = _plan(change)
    since = (after.since if after and change.kind in ("version", "add") else None) or _moment(change)
    running = clocks_of([before.pk]) if before else CaseClock.objects.none()
    corrects = change.kind == "correction" and after is not None
    shown = foresee(running, actor, after if corrects else None)
    return Preview(before, after, _differences(table_of(change.table), before, after), since, running.count(), shown, not corrects)


def apply(change: Change, actor: Actor, reason: str) -> PolicyRow:
    """Do it. Edits wait for each other; running clocks of a corrected row are computed anew by a job of the same transaction.

    Raises Refused: not_allowed (403), reason_missing, policy_in_the_past, policy_changed (409), policy_line_known,
    policy_not_in_force, policy_version_known, policy_unchanged, clause_unknown, and what the table refuses (422).
    """
    with attempts.counting("policy", change.kind, actor), transaction.atomic():
        from xiuhao.kernel import jobs

        allowed(actor)
        why = reason_of(reason)
        moved(STAMP)
        before, after = _plan(change)
        was = _facts(before) if before else {}
        kept = _write(change, before, after)
        kept.edited_by = actor.name[:60]
        kept.save()
        note(actor, kept, change.kind, was, _facts(kept), why)
        if change.kind == "correction":
            jobs.recompute_clocks.defer(policy_rows=[kept.pk], calendars=[], why=why)
        held = [bound.clause for bound in table_of(change.table).holds if bound.active]
        attempts.count("policy", change.kind, held if change.kind != "end" else (), actor, outcome=attempts.MET)
        current()
        return kept


def allowed(actor: Actor) -> None:
    """Raises Refused("not_allowed", 403) for who does not keep the rules."""
    if actor.kind != "system" and not actor.holds(*roles.RULE_KEEPERS):
        raise Refused("not_allowed", {"verb": ""}, status=403)


def reason_of(text: str) -> str:
    """A reason as it is kept; Refused("reason_missing", 422) if there is none."""
    found = clean_text(text, 300)
    if not found:
        raise Refused("reason_missing", {}, status=422)
    return found


def note(actor: Actor, row: PolicyRow | None, kind: str, before: Any, after: Any, why: str, *, table: str = "", line: str = "") -> None:
    """One line of the book of edits."""
    PolicyEdit.objects.create(
        row=row, table=row.table if row else table, line=row.line if row else line, kind=kind, before=before, after=after, reason=why,
        actor_id=actor.id, actor_name=actor.name[:60], at=now(),
    )  # fmt: skip


def _moment(change: Change) -> datetime:
    at = now()
    if change.at is None or at - GRACE <= change.at <= at:
        return at
    if change.at < at:
        raise Refused("policy_in_the_past", {"at": change.at}, status=422)
    return change.at


def _plan(change: Change) -> tuple[PolicyRow | None, PolicyRow | None]:
    """The row as it is and as it would be, both checked; the second is not saved."""
    if change.kind == "add":
        return None, _add(change)
    if change.kind == "version":
        return _version(change)
    before = _seen(change)
    after = copy(before)
    if change.kind == "end":
        after.until = _moment(change)
        if after.until <= before.since or (before.until and before.until <= after.until):
            raise Refused("policy_not_in_force", {"line": before.line})
    else:
        _fill(after, change)
        if _facts(after) == _facts(before):
            raise Refused("policy_unchanged", {"line": before.line}, status=422)
        after.edition = before.edition + 1
    return before, after


def _add(change: Change) -> PolicyRow:
    made = PolicyRow(table=change.table, line=change.line, since=_moment(change))
    _fill(made, change)
    if not change.line or PolicyRow.objects.filter(table=change.table, line=change.line).exists():
        raise Refused("policy_line_known", {"line": change.line}, status=422)
    return made


def _version(change: Change) -> tuple[PolicyRow, PolicyRow]:
    since = _moment(change)
    line = PolicyRow.objects.filter(table=change.table, line=change.line)
    before = line.filter(since__lte=since).order_by("-since").first()
    if before is None or (before.until is not None and before.until <= since):
        raise Refused("policy_not_in_force", {"line": change.line})
    if change.row is not None and (change.row, change.edition) != (before.pk, before.edition):
        raise Refused("policy_changed", {"line": change.line, "who": before.edited_by})
    if before.since == since:
        raise Refused("policy_version_known", {"line": change.line, "at": since})
    after = PolicyRow(table=before.table, line=before.line, since=since, until=before.until, edition=before.edition + 1)
    _fill(after, change)
    return before, after


def _seen(change: Change) -> PolicyRow:
    before = PolicyRow.objects.filter(pk=change.row or 0, table=change.table, line=change.line).first()
    if before is None:
        raise Refused("not_found", {"number": change.line[:40]}, status=404)
    if change.edition is not None and change.edition != before.edition:
        raise Refused("policy_changed", {"line": change.line, "who": before.edited_by})
    return before


def _fill(row: PolicyRow, change: Change) -> None:
    from xiuhao.kernel import rulebook

    declared = table_of(change.table)
    if strange := rulebook.unknown(change.clauses):
        raise Refused("clause_unknown", {"clauses": strange}, status=422)
    if not 0 <= change.position < 10_000:
        raise Refused("out_of_range", {"label": _("次序"), "least": 0, "most": 9999}, status=422)
    row.position, row.clauses = change.position, list(dict.fromkeys(change.clauses))
    row.match, row.value = declared.clean_match(change.match), declared.clean_value(change.value)
    row.note, row.ours = clean_text(change.note, 300), False


def _write(change: Change, before: PolicyRow | None, after: PolicyRow | None) -> PolicyRow:
    assert after is not None
    if change.kind == "version" and before is not None:
        PolicyRow.objects.filter(pk=before.pk).update(until=after.since)
    return after


def _facts(row: PolicyRow) -> dict[str, Any]:
    return {
        "position": row.position, "match": row.match, "value": row.value, "clauses": row.clauses, "note": row.note,
        "since": row.since.isoformat(), "until": row.until.isoformat() if row.until else None,
    }  # fmt: skip


def _differences(table: Table, before: PolicyRow | None, after: PolicyRow | None) -> list[tuple[str, str, str]]:
    """(label, old, new) of every condition and value that differs; where nothing was before, everything."""
    found = []
    for read, name in ((table.conditions, "match"), (table.results, "value")):
        old, new = (dict(read(getattr(row, name))) if row else {} for row in (before, after))
        found += [(label, old.get(label, ""), new.get(label, "")) for label in {**old, **new} if old.get(label) != new.get(label)]
    return found


def clocks_of(policy_rows: Iterable[int] = (), calendars: Iterable[int] = ()) -> Any:
    """The open clocks that stand on these policy rows or calendars."""
    open_ = CaseClock.objects.filter(stopped_at=None, void=False)
    rows, held = list(policy_rows), list(calendars)
    return open_.filter(policy_id__in=rows) if rows else open_.filter(calendar_id__in=held)


def foresee(clocks: Any, actor: Actor, corrected: PolicyRow | None = None) -> list[Moved]:
    """The first of these clocks that the actor may see, with the deadline that the corrected row or supposed calendars would give."""
    from xiuhao.kernel import registry, scheduler
    from xiuhao.kernel.clocks import lines_of

    mine = Case.objects.visible_to(actor).values("pk")
    found = []
    rows = list(clocks.filter(case_id__in=mine).select_related("case", "policy").order_by("due_at", "pk")[:SHOWN])
    lines = lines_of(row.case_id for row in rows)
    for row in rows:
        old = row.due_at
        if corrected is not None:
            row.policy = corrected
        scheduler.renew(row, lines[row.case_id], now())
        label = registry.process(row.case.process).clock(row.key).label
        found.append(Moved(row.case.number, str(label), old, row.due_at))
    return found
