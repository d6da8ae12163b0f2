"""A ticket and those that were split off it or belong under it: it ends only after them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from xiuhao.kernel import registry
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ticket import actions, intake, joining, routing, serving, tracking
from xiuhao.ticket.models import Ticket

CHILD = "ticket"  # the kind of link from a ticket to the one that it belongs under: as the engine names those that are born on another
WEAVING = 0x7EA1  # advisory lock: families change one at a time, so that no two changes close a circle between them


def parts(case: int) -> set[int]:
    """The ticket and all that were merged into it. One statement a step of the longest chain."""
    found, fresh = {case}, {case}
    while fresh:
        fresh = set(Link.objects.filter(parent_id__in=fresh, kind=joining.MERGED).values_list("child_id", flat=True)) - found
        found |= fresh
    return found


def above(case: int) -> set[int]:
    """The tickets that it belongs under, all the way up; itself among them."""
    found, fresh = {case}, {case}
    while fresh:
        fresh = set(Link.objects.filter(child_id__in=fresh, kind=CHILD).values_list("parent_id", flat=True)) - found
        found |= fresh
    return found


def open_children(step: Step) -> list[str]:
    """The numbers of those that are not finished."""
    rows = Link.objects.filter(parent_id__in=parts(step.case.pk), kind__in=_holding(), child__is_open=True)
    return list(rows.order_by("child_id").values_list("child__number", flat=True)[:10])


def _holding() -> list[str]:
    """The kinds of links to what a ticket waits for: its parts, and whatever other processes let be born on it."""
    return [CHILD, *(p.key for p in registry.processes() if p.key != CHILD and any(t.on == CHILD for t in p.transitions))]


def _childless(step: Step) -> bool:
    step.context["open_children"] = open_children(step)
    return not step.context["open_children"]


def _named(step: Step) -> dict[str, str]:
    return {"children": _("、").join(step.context["open_children"])}


NO_OPEN_CHILD = Guard("open_children", _("子单 {children} 还没有结束，请先处理完子单。"), _childless, why=_named)


def weave(steps: list[Step]) -> None:
    """The tickets that are named, with nobody else changing families meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WEAVING])
    joining.gather(steps)


def _no_circle(step: Step) -> bool:
    other: Case | None = step.context["other"]
    return other is not None and step.case.pk not in above(other.pk)


def _free(step: Step) -> bool:
    return not Link.objects.filter(child_id=step.case.pk, kind=CHILD).exists()


NO_CIRCLE = Guard("family_circle", _("{other} 本身就在这张工单之下，不能反过来挂。"), _no_circle, why=lambda s: {"other": s.given["other"]})
FREE = Guard("has_parent", _("这张工单已有主单，请先脱离原来的主单。"), _free, early=True)
HELD = Guard("no_parent", _("这张工单没有主单。"), lambda s: not _free(s), early=True)


def attach(step: Step) -> None:
    """It belongs under the other one from now on."""
    step.link(step.context["other"].pk, CHILD)


def detach(step: Step) -> None:
    """It stands alone again."""
    for parent, number in Link.objects.filter(child_id=step.case.pk, kind=CHILD).values_list("parent_id", "parent__number"):
        step.cut(parent, CHILD)
        step.say(other=number)


# Splitting


def gather(steps: list[Step]) -> None:
    """The tickets to be split, locked: none of them ends while a part of it is being born; and who can take work."""
    ids = {step.context["parent"].pk for step in steps}
    rows = Case.objects.unscoped("parents that the engine has looked up for the actor").filter(pk__in=ids).order_by("pk")
    states = {case.pk: case for case in rows.select_for_update(of=("self",))}
    records = Ticket.objects.select_related("category", "model", "device").in_bulk(ids)
    for step in steps:
        step.context["parent"], step.context["whole"] = states[step.context["parent"].pk], records[step.context["parent"].pk]
    routing.gather(steps)


PARENT_OPEN = Guard("parent_closed", _("原工单已经结束，不能再拆分；如问题又出现请重新打开。"), lambda s: s.context["parent"].is_open)
INHERITED = (
    "customer", "contact_name", "contact_phone", "contact_address", "region", "language", "channel", "stage", "category", "model", "device",
    "serial", "serial_claimed", "purchased_on", "industry", "tier", "promise_way", "answered_at",
)  # fmt: skip


def split(step: Step) -> None:
    """A part of another ticket's matter as one of its own: of the same customer and device, judged and routed by itself."""
    record: Ticket = step.record
    whole: Ticket = step.context["whole"]
    for field in INHERITED:
        setattr(record, field, getattr(whole, field))
    intake.verdict(step)
    intake.prioritise(step)
    record.promised_at = actions.promised(step)
    actions.promise(step)
    record.index(step.case.number)
    tracking.give(step)
    serving.rank(step)
    step.say(other=step.context["parent"].number, tier=record.tier)
    intake.first_contact(step)
    routing.route(step)


# What the parent's timeline says, after the commit


def _parents(case: Case) -> Iterable[int]:
    return Link.objects.filter(child_id=case.pk, kind=CHILD).values_list("parent_id", flat=True)


def was_split(case: Case) -> None:
    """Reaction to `split`."""
    joining.tell(case, "split", "child", list(_parents(case)))


def attached(case: Case) -> None:
    """Reaction to `attach`."""
    joining.tell(case, "attach", "child", list(_parents(case)))
