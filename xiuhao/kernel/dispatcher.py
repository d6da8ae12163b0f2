"""Does what the outbox holds: reactions and notices. Several may run; each takes other rows, a case's in their order.

A row is taken for a while (a lease, so that a killed dispatcher blocks nothing), tried at most five times with growing pauses,
and then lies dead with its error for a person to see. Effects in the database happen exactly once: a reaction commits
together with its mark, a message has a unique key. What goes outside is inserted first, then sent, then marked; a crash
between sending and marking shows as `maybe_twice`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property, partial
from threading import Event, Thread
from time import monotonic
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection, transaction

from xiuhao.kernel import chain, letters, outbox, registry
from xiuhao.kernel.channels import Declined, Letter, Unreachable, channel
from xiuhao.kernel.hints import Hints, hint
from xiuhao.kernel.models import Case, Journal, Message, Outbox
from xiuhao.kernel.outbox import Recipient
from xiuhao.kernel.rows import insert_once, many, new, prepared, those
from xiuhao.kernel.time import now

log = structlog.get_logger(__name__)

PROMPT, LETTERS = ("reaction",), ("notice",)
LEASE = 30  # seconds for which a taken row is ours
ATTEMPTS = 5
CHANNEL_PAUSE = 30  # seconds until an unreachable provider is tried again
IDLE = (0.15, 0.5)  # seconds between looks: while something comes (what comes meanwhile is done together), and at most
KEPT_DAYS = 7
LIMIT = 200  # rows a round

_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT id FROM kernel_outbox
  WHERE done_at IS NULL AND NOT dead AND not_before <= %(now)s AND kind = ANY(%(kinds)s::text[])
    AND (leased_until IS NULL OR leased_until <= %(now)s)
  ORDER BY not_before, id LIMIT %(limit)s::integer FOR UPDATE SKIP LOCKED)
UPDATE kernel_outbox AS o SET leased_until = %(until)s, attempts = attempts + 1
WHERE o.id IN (SELECT id FROM due) AND NOT EXISTS (
  SELECT FROM kernel_outbox AS e
  WHERE e.case_id = o.case_id AND e.id < o.id AND e.done_at IS NULL AND NOT e.dead AND e.kind = ANY(%(kinds)s::text[])
    AND e.not_before <= %(now)s AND e.id NOT IN (SELECT id FROM due))
RETURNING o.id, o.kind, o.case_id, o.body, o.effect_key, o.attempts, o.error
"""
_DONE = "UPDATE kernel_outbox SET done_at = %s, leased_until = NULL, error = %s WHERE id = ANY(%s::bigint[]) RETURNING id"
_TAKEN = ("id", "kind", "case_id", "body", "effect_key", "attempts", "error")


def round(limit: int = LIMIT, kinds: Sequence[str] = PROMPT + LETTERS) -> int:  # noqa: A001
    """Take at most `limit` rows that are due and do them; how many were taken. Raises only when the database is away."""
    rows = _claim(limit, kinds)
    if not rows:
        return 0
    for row in rows:
        if row.kind == "reaction":
            _attempt(row, _react)
    notices = [row for row in rows if row.kind == "notice"]
    if notices:
        _Post(notices).deliver()
    return len(rows)


def drain() -> int:
    """Rounds until nothing is due at the present, real or simulated; how many rows were done."""
    total = 0
    while done := round():
        total += done
    return total


def _claim(limit: int, kinds: Sequence[str]) -> list[Outbox]:
    at = now()
    facts: dict[str, Any] = {"now": at, "until": at + timedelta(seconds=LEASE), "limit": limit, "kinds": many(kinds)}
    found = [dict(zip(_TAKEN, row, strict=True)) for row in prepared(_CLAIM, facts)]
    rows = sorted((new(Outbox, **{**row, "body": json.loads(row["body"])}) for row in found), key=lambda row: row.pk)
    worn = [row for row in rows if row.attempts > ATTEMPTS]  # whoever tried it died of it
    for row in worn:
        _fail(row, RuntimeError("the dispatcher died of it"))
    return [row for row in rows if row not in worn]


def _attempt(row: Outbox, act: object) -> None:
    """Do one row; its failure is its own."""
    try:
        act(row)  # type: ignore[operator]
    except (OperationalError, InterfaceError) as error:
        if not connection.is_usable():
            raise
        _fail(row, error)
    except Exception as error:  # whatever a module raises must not stop the others
        _fail(row, error)


def _fail(row: Outbox, error: Exception, *, pause: int = 0) -> None:
    """Try again later (5, 20, 80, 320 seconds, or `pause` without counting the attempt), or lie dead and be seen."""
    said = f"{type(error).__name__}: {error}"[:300]
    counted = row.attempts - bool(pause)
    wait = timedelta(seconds=pause or 5 * 4 ** max(0, counted - 1))
    dead = not pause and row.attempts >= ATTEMPTS
    Outbox.objects.filter(pk=row.pk, done_at=None).update(
        attempts=counted, error=said, leased_until=None, not_before=now() + wait, dead=dead
    )
    log.warning("outbox_dead" if dead else "outbox_failed", row=row.pk, kind=row.kind, case=row.case_id, error=said)


def _marks(message: Message) -> list[str]:
    """A mark is set and never taken back: another dispatcher, which took over when a send lasted too long, may have set it meanwhile."""
    return ["maybe_twice"] if message.maybe_twice else []


def _done(rows: Iterable[Outbox], error: str = "") -> None:
    prepared(_DONE, [now(), error[:300], many(row.pk for row in rows)])


def _react(row: Outbox) -> None:
    """A reaction and its mark in one transaction: it happens exactly once, however often it is tried."""
    with transaction.atomic():
        held = Outbox.objects.select_related("case").select_for_update(of=("self",)).get(pk=row.pk)
        if held.done_at or held.case is None:
            return
        outbox.react(held)
        _done([row])


def _for(row: Outbox) -> str:
    """Why else nobody was reached: the purpose that needs consent."""
    purpose = row.body.get("purpose") or row.body.get("parcel", {}).get("purpose")
    return f" who agreed to {purpose}" if purpose else ""


class _Post:
    """The notices of one round: what is kept is written at once for all, what goes outside is sent one by one."""

    def __init__(self, rows: Sequence[Outbox]) -> None:
        self.rows = list(rows)
        self.renewed = monotonic()
        self.down: dict[str, Unreachable] = {}
        lines = those(Journal, {row.body["line"] for row in rows if "line" in row.body})
        cases = {case.pk: case for case in those(Case, {line.case_id for line in lines})}
        for line in lines:
            line.case = cases[line.case_id]
        self.lines = {line.pk: line for line in lines}
        self.told: dict[str, Mapping[int, Sequence[Recipient]]] = {}

    def deliver(self) -> None:
        outside: list[tuple[Outbox, list[Message]]] = []
        if self._all_kept():
            return
        for row in self.rows:
            _attempt(row, lambda row: outside.append((row, self._keep(row))))
        for row, messages in outside:
            if messages:
                self._renew()
                _attempt(row, lambda row, messages=messages: self._send(row, messages))

    def _all_kept(self) -> bool:
        """The ordinary round: every message is one that is kept here, so all are written and marked in three statements. False, with
        nothing done, where anything is special: then each row goes by itself."""
        plain = [row for row in self.rows if "line" in row.body and row.body["line"] in self.lines and not row.error]
        if len(plain) < len(self.rows) or any(self._may_be_undone(self.lines[row.body["line"]]) for row in plain):
            return False
        try:
            wanted = [m for row in plain for m in self._messages(row, self.lines[row.body["line"]])]
            if not wanted or not all(channel(m.channel).kept for m in wanted):
                return False
            at = now()
            for message in wanted:
                message.sent_at = at
            with transaction.atomic():
                insert_once(wanted)
                hint({f"account:{m.to_account_id}" for m in wanted if m.to_account_id})
                _done(plain)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # one of them fails: found out, and answered for, one by one
            return False
        return True

    def _may_be_undone(self, line: Journal) -> bool:
        return any(t.key == line.verb and t.inverse for t in registry.process(line.process).transitions)

    def _keep(self, row: Outbox) -> list[Message]:
        """Write what is kept here; return what is to be sent. Without any of the latter the row is done."""
        if "parcel" in row.body:
            wanted = [letters.unpacked(row)] if letters.permitted(row) else []
        else:
            line = self.lines[row.body["line"]]
            if self._undone(line):
                _done([row], "undone")
                return []
            wanted = self._messages(row, line)
        kept = [m for m in wanted if channel(m.channel).kept]
        outside = [m for m in wanted if not channel(m.channel).kept]
        at = now()
        for message in kept:
            message.sent_at = at
        with transaction.atomic():
            insert_once(kept)
            hint({f"account:{message.to_account_id}" for message in kept if message.to_account_id})
            if not outside:
                _done([row], "" if wanted else f"nobody is {', '.join(row.body.get('to', ['asked']))}{_for(row)}")
        return outside

    def _undone(self, line: Journal) -> bool:
        inverse = next((t.inverse for t in registry.process(line.process).transitions if t.key == line.verb), "")
        if not inverse:
            return False
        later = Journal.objects.filter(case=line.case_id, seq__gt=line.seq).exclude(verb__startswith="clock_").order_by("seq")
        return later.values_list("verb", flat=True).first() == inverse

    def _messages(self, row: Outbox, line: Journal) -> list[Message]:
        own = line.actor_id if line.actor_kind == "staff" else None  # nobody is told what they did themselves
        wanted = [r for role in row.body["to"] for r in self._recipients(role).get(line.case_id, ())]
        permitted = outbox.permitted(line.case.customer_id, row.body.get("purpose", outbox.SERVICE))
        found = {r.key: r for r in wanted if (own is None or r.account != own) and (permitted or r.account is not None)}
        texts = partial(self._texts, line)
        return [letters.message(row.body["template"], line, texts, r, f"{row.effect_key}:{key}") for key, r in found.items()]

    def _texts(self, line: Journal) -> Mapping[str, str | None]:
        return self.contents.get(line.pk, {})

    @cached_property
    def contents(self) -> dict[int, dict[str, str | None]]:
        """The texts of all lines of this round, opened once somebody is to read one."""
        return chain.read_contents(self.lines.values())

    def _recipients(self, role: str) -> Mapping[int, Sequence[Recipient]]:
        """Whom a role is for all cases of this round, asked once."""
        if role not in self.told:
            about = {row.body["line"] for row in self.rows if role in row.body.get("to", ())}
            cases = {line.case_id: line.case for pk, line in self.lines.items() if pk in about}
            self.told[role] = outbox.recipients(role, list(cases.values()))
        return self.told[role]

    def _send(self, row: Outbox, messages: Sequence[Message]) -> None:
        """Insert, send, mark, each; those already marked by an earlier attempt are passed over."""
        tried = row.attempts > 1 or row.error
        known = {m.effect_key: m for m in Message.objects.filter(effect_key__in=[m.effect_key for m in messages])} if tried else {}
        failed: Exception | None = None
        for message in messages:
            before = known.get(message.effect_key)
            if before is not None and before.sent_at:
                continue
            try:
                self._out(before or message, again=before is not None)
            except (Unreachable, Declined, OSError, RuntimeError, ValueError) as error:
                failed = error
        if isinstance(failed, Unreachable):
            _fail(row, failed, pause=CHANNEL_PAUSE)
        elif failed is not None:
            raise failed
        else:
            _done([row])

    def _out(self, message: Message, *, again: bool) -> None:
        provider = channel(message.channel)
        if message.channel in self.down:
            raise self.down[message.channel]
        if not again:
            message.save(force_insert=True)
        elif not message.error and not provider.idempotent:
            message.maybe_twice = True  # inserted, never marked: a crash came between
        try:
            provider.send(Letter(letters.address_of(message), message.subject, letters.text_of(message), message.effect_key))
        except Exception as error:
            if isinstance(error, Unreachable):
                self.down[message.channel] = error
            elif not isinstance(error, Declined) and not provider.idempotent:
                message.maybe_twice = True  # it may have been sent before it failed
            message.error = f"{type(error).__name__}: {error}"[:300]
            message.save(update_fields=["error", *_marks(message)])
            raise
        message.sent_at, message.error = now(), ""
        message.save(update_fields=["sent_at", "error", *_marks(message)])

    def _renew(self) -> None:
        """A slow provider must not cost us the rows that still wait."""
        if monotonic() - self.renewed > LEASE / 3:
            mine = Outbox.objects.filter(pk__in=[row.pk for row in self.rows], done_at=None, leased_until__isnull=False)
            mine.update(leased_until=now() + timedelta(seconds=LEASE))
            self.renewed = monotonic()


def sweep() -> int:
    """Forget what was done more than a week ago; how many rows. For the scheduler."""
    gone, _each = Outbox.objects.filter(done_at__lt=now() - timedelta(days=KEPT_DAYS)).delete()
    return gone


def run(stop: Event) -> None:
    """Until `stop`: hints and reactions in this thread, notices in another, so that no slow provider holds the former up."""
    post = Thread(target=_lane, args=(stop, lambda: round(kinds=LETTERS)), name="letters")
    post.start()
    hints = Hints()
    _lane(stop, lambda: hints.round() + round(kinds=PROMPT))
    post.join()


def _lane(stop: Event, work: Callable[[], int]) -> None:
    pause = IDLE[0]
    while not stop.is_set():
        try:
            done = work()
        except DatabaseError as error:
            log.warning("database_away", error=str(error)[:200])
            connection.close()
            done = 0
        except Exception:
            log.exception("dispatcher_failed")
            done = 0
        pause = IDLE[0] if done else min(pause * 2, IDLE[1])
        if done < LIMIT:
            close_old_connections()
            stop.wait(pause)
    connection.close()
