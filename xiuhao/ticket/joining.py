"""Two tickets about the same thing become one: the merged one leads on to the other for whoever still writes to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import NAMESPACE_OID, uuid5

from xiuhao.kernel import engine, joined
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Case, Journal, Link
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.ticket.tracking import MERGED as MERGED  # kind of the link from the merged ticket (child) to the one that goes on

MOST_CHOSEN = 50  # of so many one is picked from a list; of more its number is typed
KINDS = (
    ("merged_in", _("有工单合并进来")),
    ("merged_out", _("合并被撤销")),
    ("child", _("新增子单")),
    ("freed", _("子单已脱离")),
    ("problem", _("列入批量问题")),
    ("problem_news", _("批量问题有进展")),
)


def locked(actor: Actor, numbers: Collection[str]) -> list[Case]:
    """The tickets of these numbers that the actor sees, locked until the transaction ends: of two that are merged into each other at
    once one waits, and finds the other merged."""
    rows = Case.objects.of("ticket", actor).filter(number__in=numbers)
    return list(rows.order_by("pk").select_for_update(of=("self",)))


def gather(steps: list[Step]) -> None:
    """The tickets that are named, as `context["other"]`; one that stands in the same batch is that step's own."""
    own = {step.case.pk: step.case for step in steps}
    found = {case.number: own.get(case.pk, case) for case in locked(steps[0].actor, {step.given["other"] for step in steps})}
    for step in steps:
        step.context["other"] = found.get(step.given["other"])


def _other(step: Step) -> Case | None:
    found: Case | None = step.context["other"]
    return found


def _open(step: Step) -> bool:
    other = _other(step)
    return other is not None and other.is_open


def _same_person(step: Step) -> bool:
    """Whoever holds the link of the one will read the other: only the same customer's, entered once or twice, and proven (P5, P6)."""
    other = _other(step)
    return other is not None and people.same(step.case.customer_id, other.customer_id)


def _nothing_since(step: Step) -> bool:
    """True while nobody has done anything on either since."""
    line = Journal.objects.filter(case_id=step.case.pk, verb="merge").latest("seq")
    step.context["merged"] = line
    people = Journal.objects.exclude(actor_kind="system")
    after = people.filter(case_id=step.case.pk, seq__gt=line.seq)
    there = people.filter(case_id__in=joined.ends([step.case.pk], MERGED).values(), recorded_at__gt=line.recorded_at)
    return not after.exists() and not there.exists()


FOUND = Guard("other_unknown", _("没有找到这张工单，或您看不到它，请核对编号。"), lambda s: _other(s) is not None)
NOT_ITSELF = Guard("other_itself", _("不能选这张工单自己。"), lambda s: s.given["other"] != s.case.number)
OTHER_OPEN = Guard(
    "other_closed", _("{other} 已经结束或已合并到别处，请选一张还在处理的工单。"), _open, why=lambda s: {"other": s.given["other"]}
)
SAME_PERSON = Guard(
    "other_customer", _("两张工单不是同一位已核实的客户：合并后对方会看到彼此的内容。请先核实号码，或改为挂成子单。"), _same_person
)
NOTHING_SINCE = Guard("followed_since", _("合并之后已有新的处理，不能再撤销。"), _nothing_since)


def merge(step: Step) -> None:
    """From here on the other one stands for it. What was asked of colleagues here is asked no more."""
    other = _other(step)
    assert other is not None
    step.link(other.pk, MERGED)
    for ask in step.asks:
        ask.outcome = ask.outcome or "void"


def unmerge(step: Step) -> None:
    """It goes on where it stood before."""
    line: Journal = step.context["merged"]
    for parent in Link.objects.filter(child_id=step.case.pk, kind=MERGED).values_list("parent_id", flat=True):
        step.cut(parent, MERGED)
        step.say(other=Case.objects.unscoped("the ticket that it had been merged into").values_list("number", flat=True).get(pk=parent))
    step.go(step.process.state(line.before))


def offers(step: Step) -> Options:
    """The customer's other open tickets; for many at once those chosen themselves, the oldest first: into one of them the others go."""
    rows = Case.objects.of("ticket", step.actor).filter(is_open=True)
    if chosen := step.context.get("chosen"):
        found = list(rows.filter(number__in=chosen).order_by("pk")) if len(chosen) <= MOST_CHOSEN else []
        names = people.masked_names([case.customer_id for case in found if case.customer_id])
        return tuple((case.number, f"{case.number} {names.get(case.customer_id or 0, '')} {case.title}") for case in found)
    if step.case is None or step.case.customer_id is None:
        return ()
    mine = rows.filter(customer_id__in=people.family([step.case.customer_id])).exclude(pk=step.case.pk).order_by("-pk")
    return tuple((case.number, f"{case.number} {case.title}") for case in mine[:20])


# What the other one's timeline says of it, after the commit


def tell(case: Case, verb: str, how: str, others: Iterable[int]) -> None:
    """A line on each of the other tickets about what `verb` did here; once, however often it is tried."""
    line = Journal.objects.filter(case_id=case.pk, verb=verb).latest("seq")
    rows = Case.objects.unscoped("the ticket at the other end of a link").filter(pk__in=others)
    for number in rows.order_by("pk").values_list("number", flat=True):
        given = {"other": case.number, "how": how}
        engine.perform("ticket", "relate", actor=SYSTEM, number=number, given=given, key=uuid5(NAMESPACE_OID, f"{line.pk} {how} {number}"))


def merged(case: Case) -> None:
    """Reaction to `merge`."""
    tell(case, "merge", "merged_in", Link.objects.filter(child_id=case.pk, kind=MERGED).values_list("parent_id", flat=True))


def unmerged(case: Case) -> None:
    """Reaction to `unmerge`."""
    line = Journal.objects.filter(case_id=case.pk, verb="unmerge").latest("seq")
    rows = Case.objects.unscoped("the ticket that another was merged into").filter(number=line.data.get("other", ""))
    tell(case, "unmerge", "merged_out", rows.values_list("pk", flat=True))
