"""Who does it and when: given, offered, taken, refused; the customer called, a time agreed; what the dispatcher plans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from xiuhao.fieldwork import places, queries, stock, tables
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import policy
from xiuhao.kernel.models import Account, Journal, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.roster import queries as roster

LONGEST = timedelta(hours=12)  # of a window
TOLERANCE = 15  # minutes, where no row of `fieldwork.tolerance` says otherwise


# Who


def chosen(step: Step) -> Account:
    """Whom this step gives the job to: whom it names, else who does it."""
    found = step.context.get("to")
    return found if isinstance(found, Account) else _oneself(step)


def _oneself(step: Step) -> Account:
    if "oneself" not in step.context:
        step.context["oneself"] = Account.objects.select_related("unit").get(pk=step.actor.account)
    return step.context["oneself"]  # type: ignore[no-any-return]


def qualified(step: Step) -> bool:
    """Who gets it has the skill at the level that the grade asks for (SL-3.5), and the certificate where one is needed."""
    record: WorkOrder = step.record
    day = local(record.planned_at or record.window_from or step.at).date()
    return roster.holds(chosen(step).pk, record.skill, max(1, record.level), day)


def unqualified(step: Step) -> Mapping[str, Any]:
    """Who it was, and what is wanted."""
    levels = {1: _("初级"), 2: _("中级"), 3: _("高级")}
    wants = f"{step.record.skill or '-'} · {levels.get(step.record.level, _('初级'))}"
    return {"name": chosen(step).name, "wants": wants}


def _give(step: Step, account: Account) -> None:
    """The job is theirs, under the unit where they work."""
    record: WorkOrder = step.record
    unit: Unit = account.unit
    if unit.path != step.case.unit_path and unit.kind == "station":
        step.place(unit)
    _from(step, account.pk)
    record.engineer = account
    if record.finished_at is None:
        record.repairer = None
    step.own(account)
    stock.hold(step)


def _from(step: Step, to: int | None) -> None:
    """Say who had it until now, if it was another."""
    if step.record.engineer_id not in (None, to):
        step.say(had=step.record.engineer_id)


def assign(step: Step) -> None:
    """A dispatcher, or the plan, gives it to somebody."""
    _give(step, chosen(step))
    step.say(to=chosen(step).pk)


def claim(step: Step) -> None:
    """First come: out of the pool to whoever takes it."""
    _give(step, _oneself(step))
    _on(step)


def accept(step: Step) -> None:
    """Taken on; what was agreed with the customer before still stands."""
    _on(step)


def _on(step: Step) -> None:
    from xiuhao.fieldwork.elements import BOOKED

    if step.record.window_to is not None and step.record.window_to > step.at:
        _promise(step)
        step.go(BOOKED)


def let_go(step: Step) -> None:
    """Nobody's again, to be planned anew."""
    _from(step, None)
    step.record.engineer, step.record.pinned = None, False
    stock.wait(step)
    step.own(None)


def had(step: Step) -> bool:
    """The job was once given to this person; the system may always say so."""
    if step.actor.kind == "system":
        return True
    return Journal.objects.filter(case_id=step.case.pk, data__owner=step.actor.id).exists()


def pin(step: Step) -> None:
    """No plan moves it any more."""
    step.record.pinned = True


def unpin(step: Step) -> None:
    """A plan may move it."""
    step.record.pinned = False


# When


def contacted(step: Step) -> None:
    """The customer was spoken to (HA-3.2.7)."""
    step.record.contacted_at = step.record.contacted_at or step.at


def window(step: Step) -> bool:
    """A stretch ahead, no longer than half a day."""
    start, end = step.given.get("window_from"), step.given.get("window_to")
    if start is None or end is None:
        return start is None and end is None
    return bool(start < end <= start + LONGEST and (end > step.at or step.offline or step.context.get("recorded")))


def _counted(step: Step) -> tuple[int, int]:
    """(jobs of the station that overlap the window, how many its engineers take): two statements; without a row no limit."""
    if "room" not in step.context:
        taken = len(queries.promised(step.record, step.given["window_from"], step.given["window_to"]))
        most = queries.capacity(step.record, step.at)
        step.context["room"] = (taken, taken + 1 if most is None else most)
    return step.context["room"]  # type: ignore[no-any-return]


def room(step: Step) -> bool:
    """Somebody of the station is free in that window (YD-1.1). Where no engineers are known it is for the dispatcher to say."""
    taken, most = _counted(step)
    return taken < most


def fullness(step: Step) -> Mapping[str, Any]:
    """How many are taken, of how many."""
    taken, most = _counted(step)
    return {"taken": taken, "most": most}


def book(step: Step) -> None:
    """A time is agreed, whoever is to come; whoever agrees on it has spoken to the customer."""
    from xiuhao.fieldwork.elements import ASSIGNED, NOBODYS, TRAVELLING

    _promise(step)
    contacted(step)
    if step.before == TRAVELLING.key:
        places.forget(step)  # nobody is on the way any more
    for state in (*NOBODYS, ASSIGNED):
        if step.before == state.key:
            step.go(state)


def _promise(step: Step) -> None:
    """By when somebody has to be there: the end of the window and the tolerance (HA-3.3.1)."""
    record: WorkOrder = step.record
    if record.window_to is None or record.window_from is None:
        raise Refused("window_missing", {}, status=422)
    row = policy.decide("fieldwork.tolerance", tables.facts(record), step.at)
    record.arrive_by = record.window_to + timedelta(minutes=int(row.value["minutes"]) if row else TOLERANCE)
    record.eta = None
    if record.planned_at is None or not record.window_from <= record.planned_at <= record.window_to:
        record.planned_at = record.window_from


def wait(step: Step) -> None:
    """It waits: what was promised for a visit is promised no more."""
    step.record.window_from = step.record.window_to = step.record.arrive_by = step.record.planned_at = step.record.eta = None
    places.forget(step)


def resume(step: Step) -> None:
    """It goes on with a further visit, to be agreed on; nobody's if nobody has it any more."""
    step.record.parts_due = None


def cancelled(step: Step) -> None:
    """Nobody need be there."""
    step.record.arrive_by = step.record.planned_at = None
    places.forget(step)
    stock.let_go(step)


def decide(step: Step) -> None:
    """A dispatcher settles what was done by one while it had been given to another: it counts, or it is done again."""
    from xiuhao.fieldwork.elements import ASSIGNED

    if step.given["outcome"] == "again":
        step.record.finished_at = step.record.repairer = None
        places.forget(step)
        step.go(ASSIGNED)
        return
    did = Account.objects.filter(pk=step.context["did"]).select_related("unit").first() if step.context.get("did") else None
    if did is not None:
        _from(step, did.pk)
        step.record.engineer = step.record.repairer = did
        step.own(did)
    step.record.finished_at = step.record.finished_at or step.at


def who_did(steps: list[Step]) -> None:
    """Whose work stands against whose, from the line that told of it."""
    for step in steps:
        line = Journal.objects.filter(case_id=step.case.pk, verb="conflict").order_by("-seq").first()
        step.context["did"] = line.actor_id if line and line.actor_kind == "staff" else None
