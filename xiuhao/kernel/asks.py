"""Asks and approvals: opened by a step, answered by a step, void when what they cover has changed."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from xiuhao.kernel import policy, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.chain import canonical
from xiuhao.kernel.models import CaseAsk, Journal, PolicyRow
from xiuhao.kernel.models.asks import stood_in
from xiuhao.kernel.process import Ask, Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import new
from xiuhao.kernel.step import Step

PARTLY = "agree_partly"  # the verb of a line: somebody agreed, and by the row of authority others have to agree as well
HOLDS = ("", "partly", "agreed")  # what a change of the content makes void


def addressed(ask: CaseAsk, actor: Actor) -> bool:
    """True if this actor may answer: the person, their deputy, or who holds the post or a higher one; never who asked,
    nor who has agreed as another post of the same row."""
    if actor.kind != "staff" or (ask.asked_by is not None and ask.asked_by == actor.id) or actor.id in ask.barred:
        return False
    if ask.to_account_id is not None:
        return ask.to_account_id in actor.everyone_i_am
    return actor.holds(ask.to_role, *roles.above(ask.to_role), path=ask.to_path) or _in_place_of(ask, ask.to_role, actor) is not None


def _in_place_of(ask: CaseAsk, role: str, actor: Actor) -> int | None:
    """Whose post this actor fills today who may answer in that role; nobody's for what they asked, or agreed to as another post."""
    enough = (role, *roles.above(role))
    lent = () if actor.stands_for.intersection((ask.asked_by, *ask.barred)) else stood_in(actor)
    return next((whose for held, at, whose in lent if held in enough and ask.to_path.startswith(at)), None)


def _as_of_now(step: Step) -> Actor:
    """Who answers with the posts that they hold at this moment, under the lock of the case: a right taken away meanwhile is gone."""
    if step.actor.kind != "staff" or step.actor.id is None or step.context.get("recorded"):
        return step.actor
    from xiuhao.kernel.accounts import actor_of

    return actor_of(step.actor.id)


def digest_of(declared: Ask, record: Any) -> bytes | None:
    """The hash of what an approval covers; None where it covers nothing."""
    content = {field: _text(getattr(record, field)) for field in declared.covers}
    return sha256(canonical(content)).digest() if content else None


def _text(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def deciding_role(declared: Ask, step: Step) -> tuple[str, Any]:
    """The role that decides by the authority table, and the row; without a table or a row the declared one (the highest)."""
    if declared.to_choice:
        return str(step.given[declared.to_choice]), None
    if not declared.amount:
        return declared.to, None
    facts = {**step.process.facts(step.record), "amount": getattr(step.record, declared.amount)}
    row = policy.decide(f"authority.{step.process.key}.{declared.key}", facts, step.at)
    return (row.value["role"], row) if row else (declared.to, None)


def open_for(step: Step, declared: Ask, role: str = "") -> CaseAsk:
    """A new ask of this step, to `role` where several are asked at once: not yet saved. Its line and case are set by the writer."""
    made = CaseAsk(case=step.case, key=declared.key, asked_by=step.actor.id, asked_at=step.at, digest=digest_of(declared, step.record))
    made.amount = getattr(step.record, declared.amount) if declared.amount else None
    if declared.to_person:
        made.to_account_id = step.given[declared.to_person]
    else:
        made.to_role, made.policy = (role, None) if role else deciding_role(declared, step)
        made.to_unit_id, made.to_path = step.case.unit_id, step.case.unit_path
        if made.policy:
            step.obey(made.policy)
    if before := step.context.get("raised", {}).get(declared.key):
        made.to_role, made.asked_by = roles.HIGHER.get(before.to_role, before.to_role), before.asked_by
        made.part, made.posts, made.barred = before.part, before.posts, before.barred
        if before.part:
            made.opened_by_line_id = before.opened_by_line_id
    return made


def opened(step: Step, declared: Ask, role: str = "") -> list[CaseAsk]:
    """New asks as by `open_for`: one, or where the row of authority names several posts that agree together, one for each of them."""
    first = open_for(step, declared, role)
    if first.part or not (posts := posts_of(first.policy)):
        return [first]
    first.part, first.posts = 1, posts
    return [first, *(_put_on(first, part) for part in range(2, len(posts[0]) + 1))]


def posts_of(row: PolicyRow | None) -> list[list[str]]:
    """Who has to agree by a row of authority that names more than one post, step by step; within a step in any order."""
    together, after = (row.value.get("with", ()), row.value.get("then", ())) if row else ((), ())
    return [[row.value["role"], *together], *([role] for role in after)] if row and (together or after) else []


def _put_on(ask: CaseAsk, part: int) -> CaseAsk:
    """The same request, put to another post of its row."""
    values = {f.attname: getattr(ask, f.attname) for f in CaseAsk._meta.concrete_fields if not f.primary_key}
    values |= {"outcome": "", "answered_by": None, "answered_name": "", "answered_at": None}
    return new(CaseAsk, **{**values, "part": part, "to_role": [role for stage in ask.posts for role in stage][part - 1]})


def higher(step: Step, key: str) -> bool:
    """True if the latest open ask of that key is put to a post that has another above it."""
    return any(ask.to_role in roles.HIGHER for ask in step.asked(key, "")[:1])


def raise_up(step: Step, declared: Ask) -> None:
    """Put an open ask (`may_open` of the verb) to the next higher post as well: it waited too long where it was. One answer is enough."""
    latest = step.asked(declared.key, "")[0]
    step.context.setdefault("raised", {})[declared.key] = latest
    step.say(raised=roles.HIGHER[latest.to_role])
    step.ask(declared)


def appeal(step: Step, key: str) -> None:
    """The ask of that key which this verb opens is put to the post above the one that agreed before, or to the same where none is above,
    whatever the table says by now. Where several posts agreed together it goes where the table says."""
    agreed_to = step.asked(key, "agreed")[0]
    if not agreed_to.part:
        anew = copy(agreed_to)
        anew.asked_by = step.actor.id
        step.context.setdefault("raised", {})[key] = anew
        step.say(above=agreed_to.to_role)


def answer(step: Step) -> None:
    """Take the answer of this step to its ask. Raises Refused not_asked, own_request (403), answered, content_changed (409)."""
    declared = step.transition.answers
    assert declared is not None
    actor = _as_of_now(step)
    mine = [a for a in step.asked(declared.key, "") if addressed(a, actor)]
    mine.sort(key=lambda a: not actor.holds(a.to_role, path=a.to_path))  # as one's own post first
    if not mine or _own(step, declared):
        explain(step)
        raise Refused("not_asked", {"verb": step.transition.label}, status=403, clauses=declared.clauses)
    ask = mine[0]
    if declared.covers and digest_of(declared, step.record) != bytes(ask.digest or b""):
        raise Refused("content_changed", {"verb": step.transition.label}, clauses=declared.clauses)
    if not (ask.to_account_id or _of_several(declared)) and _beyond(step, declared, ask, actor):
        raise Refused("beyond_authority", {"verb": step.transition.label}, status=403, clauses=declared.clauses)
    ask.outcome, ask.answered_at = step.transition.outcome, step.at
    ask.answered_by, ask.answered_name = step.actor.id, step.actor.name[:60]
    for other in step.asked(declared.key, "") if not (declared.to_person or _of_several(declared) or ask.part) else ():
        other.outcome = "void"  # it had been raised: one answer is enough
    step.say(ask=declared.key, asked_by=ask.asked_by, outcome=ask.outcome)
    if ask.to_account_id and ask.to_account_id != step.actor.id:
        step.say(deputy_of=ask.to_account_id)
    elif not ask.to_account_id and not actor.holds(ask.to_role, *roles.above(ask.to_role), path=ask.to_path):
        step.say(deputy_of=_in_place_of(ask, ask.to_role, actor))
    if ask.part:
        _count(step, ask)


def _beyond(step: Step, declared: Ask, ask: CaseAsk, actor: Actor) -> bool:
    """Whether by now another post decides, and this actor neither holds it nor one above it.

    A row of several posts holds as it was when it was asked, also under a new version; where another row decides by now, the last to
    agree must be who it names.
    """
    role, row = deciding_role(declared, step)
    was = policy.row(ask.policy_id) if ask.part and ask.policy_id else None
    if role == ask.to_role or (was and row and was.line == row.line) or (ask.part and (_left(step, ask) or _following(ask))):
        return False
    return not actor.holds(role, *roles.above(role), path=ask.to_path) and _in_place_of(ask, role, actor) is None


def _beside(step: Step, ask: CaseAsk, outcome: str) -> list[CaseAsk]:
    """The asks of the other posts of the same request."""
    return [a for a in step.asked(ask.key, outcome) if a.opened_by_line_id == ask.opened_by_line_id and a is not ask]


def _left(step: Step, ask: CaseAsk) -> list[CaseAsk]:
    """Those of the same step of the row that are still owed, beside this one (and the same raised to a higher post)."""
    return [a for a in _beside(step, ask, "") if a.part != ask.part]


def _following(ask: CaseAsk) -> range:
    """The places of the posts that come with the next step of the row; none after the last."""
    reached = 0
    for stage in ask.posts:
        if reached >= ask.part:
            return range(reached + 1, reached + len(stage) + 1)
        reached += len(stage)
    return range(0)


def _count(step: Step, ask: CaseAsk) -> None:
    """An answer as one of several posts: the verb does what it means when all have agreed; one refusal ends it for all."""
    done, left, agreed = _beside(step, ask, "partly"), _left(step, ask), ask.outcome == "agreed"
    step.say(turn=[len(done) + 1, sum(map(len, ask.posts))])
    for other in _beside(step, ask, ""):
        other.outcome = "" if agreed and other in left else "void"
    if not agreed or not (left or _following(ask)):
        for other in done:
            other.outcome = "agreed" if agreed else "void"
        return
    hands = (ask.answered_by, step.facts.get("deputy_of"))
    ask.outcome, ask.barred = "partly", [*ask.barred, *(who for who in hands if who is not None)]
    for other in left:
        other.barred = ask.barred
    step.context["next"] = [] if left else [_put_on(ask, part) for part in _following(ask)]
    for other in step.context["next"]:
        other.asked_at = step.at
    step.say(answers=step.transition.key)  # in place of whose line this one stands
    step.transition = partly(step.process, step.transition, bool(step.context["next"]))


def partly(process: Process, verb: Transition, told: bool = False) -> Transition:
    """A verb while others have still to agree: what is given is kept with the line and its conditions hold, but nothing that it means
    happens. Who is asked next is `told` as who was asked first."""
    openers = (t for t in process.transitions if verb.answers in (*t.opens, *t.may_open))
    notices = [replace(n, clauses=(), when=None) for t in openers for n in t.notify if set(n.to) == {roles.ASKED}] if told else []
    return replace(
        verb, key=PARTLY, target=None, or_else=(), do=_leave, notify=tuple(notices[:1]), clauses=(), opens=(), may_open=(), inverse="",
        reopens=False, public=False, joins=False, says="",
    )  # fmt: skip


def _leave(step: Step) -> None:
    """The record stays as it was: what this answer gives is not what counts in the end."""
    step.record.__dict__.update(step.context["was"])


def _of_several(declared: Ask) -> bool:
    """Whether an answer is one department's, and the others still owe theirs."""
    return bool(declared.to_choice or declared.each)


def _own(step: Step, declared: Ask) -> bool:
    """Whether this actor has asked for it, now or for content that was changed since."""
    asked = (*step.asked(declared.key, ""), *step.asked(declared.key, "void"))
    return step.actor.id is not None and any(a.asked_by == step.actor.id for a in asked)


def explain(step: Step) -> None:
    """Why this actor cannot give that answer, where there is a better reason than state and role.

    Raises Refused own_request (403: nobody answers what they asked), agreed_before (403: nobody agrees as two posts), answered (409: by
    whom and when).
    """
    declared = step.transition.answers
    if declared is None:
        return
    waiting = step.asked(declared.key, "")
    if _own(step, declared):
        raise Refused("own_request", {"verb": step.transition.label}, status=403, clauses=declared.clauses)
    if any(step.actor.id in a.barred for a in waiting):
        raise Refused("agreed_before", {"verb": step.transition.label}, status=403, clauses=declared.clauses)
    done = [a for a in step.asked(declared.key) if a.answered_at]
    if done and (not waiting or any(a.outcome == "partly" and addressed(a, step.actor) for a in done)):
        raise Refused("answered", {"who": done[0].answered_name, "at": done[0].answered_at})


def settle(step: Step) -> list[CaseAsk]:
    """After `do`: void what was approved or asked for another content, ask anew where it was still open. Returns new asks."""
    made: list[CaseAsk] = []
    for declared in step.process.asks:
        if not declared.covers:
            continue
        digest = digest_of(declared, step.record)
        for ask in step.asked(declared.key):
            if ask.outcome in HOLDS and ask.pk and bytes(ask.digest or b"") != digest:
                if ask.outcome == "" and not any(other.key == ask.key for other in made):
                    fresh = opened(step, declared)
                    for one in fresh:
                        one.asked_by = step.actor.id or ask.asked_by  # whose content it is now
                    made += fresh
                ask.outcome = "void"
                step.facts.setdefault("voided", []).append(declared.key)
    asking = (*step.transition.opens, *step.context.get("asking", ()))
    made += [one for declared in asking for role in declared.each or ("",) for one in opened(step, declared, role)]
    made += step.context.get("next", ())
    step.asks[:0] = made
    return made


def nearest_due(step: Step, key: str) -> datetime | None:
    """Of those asks of that key that still wait the nearest `due_at` that the verbs which opened them were given; None if none waits."""
    lines = [ask.opened_by_line_id for ask in step.asked(key, "")]
    dues = [line.data["given"]["due_at"] for line in Journal.objects.filter(pk__in=lines)] if lines else []
    return min(map(datetime.fromisoformat, dues), default=None)


def agreed(key: str) -> Callable[[Step], bool]:
    """For a guard: the latest ask of that key was agreed to, by all posts of its row, for the content as it is now."""

    def holds(step: Step) -> bool:
        latest = next(iter(step.asked(key)), None)
        if latest is None or latest.outcome != "agreed":
            return False
        declared = next(a for a in step.process.asks if a.key == key)
        return not declared.covers or digest_of(declared, step.record) == bytes(latest.digest or b"")

    return holds
