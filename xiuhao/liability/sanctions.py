"""THE DECLARATION of reward and penalty (奖罚通知单, CS5-12.2): proposed, approved by the general manager, handed out in three copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings

from xiuhao.claim import queries as claims
from xiuhao.complaint import queries as complaints
from xiuhao.kernel import outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, LongText, Money, Ref, Text
from xiuhao.kernel.models import Case
from xiuhao.kernel.outbox import Recipient
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.liability import queries
from xiuhao.liability.assessing import HEADS
from xiuhao.liability.models import DEPARTMENTS, KINDS, MEASURES, READERS, Liability, Sanction
from xiuhao.party import queries as people

PROPOSED = State("proposed", _("待总经理批准"), "red")
APPROVED = State("approved", _("分送中"), "blue")
CLOSED = State("closed", _("已分送"), "green", end=True)
REJECTED = State("rejected", _("未批准"), "grey", end=True)

COVERED = ("kind", "measure", "person_id", "department", "amount", "reason")
APPROVAL = Ask("approval", _("奖罚批准"), to=r.DIRECTOR, covers=COVERED, clauses=("CS5-12.2",))
# 自存, 会计, 受罚部门: one ask to each, by the department
COPIES = {
    key: Ask("copies", _("奖罚通知单分送"), to=r.OFFICE, each=tuple(dict.fromkeys((r.OFFICE, r.FINANCE, head))), clauses=("CS5-12.2",))
    for key, head in HEADS.items()
}
REWARDS = ("commendation", "merit", "bonus")
CONCERNED = "concerned"  # whom a notice is about: told by a link of their own, since the case is closed to them
NOTE = Text(key="note", label=_("批示"), longest=500)


def decided(step: Step) -> bool:
    """What somebody answers for is decided before they are rewarded or punished for it."""
    return bool(step.context["parent"].state == "decided")


def fits_kind(step: Step) -> bool:
    """A reward is no punishment, and the other way round."""
    return bool((step.given["measure"] in REWARDS) == (step.given["kind"] == "reward"))


def others(step: Step) -> bool:
    """Whom it concerns takes no part in it."""
    return step.actor.id is None or step.actor.id != (step.given.get("person") or step.record.person_id)


DECIDED = Guard("liability_open", _("责任还没有核定，不能提出奖罚。"), decided)
FITS = Guard("measure_misfits", _("措施与奖罚类别不符。"), fits_kind)
NOT_CONCERNED = Guard("concerned_self", _("当事人不得参与自己的奖罚。"), others, clauses=("CS5-12.2",))


def propose(step: Step) -> None:
    """On which decision it rests."""
    record: Sanction = step.record
    record.liability = Liability.objects.get(pk=step.context["parent"].pk)
    step.case.title = f"{record.get_kind_display()} {record.get_measure_display()}"


def approve(step: Step) -> None:
    """From now on it holds; three copies go out, and each is acknowledged."""
    step.record.approved_at = step.at
    step.ask(COPIES[step.record.department])


def acknowledge(step: Step) -> None:
    """The last one closes it."""
    if not step.asked("copies", ""):
        step.go(CLOSED)


def told(cases: Sequence[Case]) -> dict[int, list[Recipient]]:
    """The person of each notice, with the way to their own notices."""
    rows = Sanction.objects.filter(pk__in=[case.pk for case in cases]).values_list("pk", "person_id")
    link = f"{settings.BASE_URL}/sanctions/mine"
    return {pk: [replace(one, link=link) for one in outbox.accounts([person]) if one.account == person] for pk, person in rows}


def claim_of(step: Step) -> int:
    """The claim behind it, of a notice that is only proposed too."""
    if step.before:
        return int(step.record.liability.claim_id)
    return Liability.objects.values_list("claim_id", flat=True).get(pk=step.context["parent"].pk)


def impartial(*verbs: Transition) -> tuple[Transition, ...]:
    """Whoever the complaint is about neither rewards nor punishes others for it."""
    return complaints.impartial(verbs, claims.no_part(claim_of))


SANCTION = declare(
    Process(
        "sanction",
        _("奖罚通知"),
        record="liability.Sanction",
        related=("person", "liability"),
        series=Series("JC"),
        transitions=impartial(
            Transition(
                "propose",
                _("提出奖罚"),
                (),
                PROPOSED,
                may={r.OFFICE},
                on="liability",
                needs=(
                    Choice(key="kind", label=_("奖罚"), options=KINDS),
                    Choice(key="measure", label=_("措施"), options=MEASURES),
                    Ref(key="person", label=_("当事人"), find=people.colleague, offers=queries.colleagues),
                    Choice(key="department", label=_("所属部门"), options=DEPARTMENTS[:-1]),
                    Money(key="amount", label=_("金额"), required=False, help=_("只作登记，不作为扣款。")),
                    LongText(key="reason", label=_("事由"), longest=2000),
                ),
                guards=(DECIDED, FITS, NOT_CONCERNED, claims.decidable(APPROVAL, claim_of, lambda step: step.record.person_id)),
                do=propose,
                opens=(APPROVAL,),
                notify=(Notice("sanction_proposed", {r.ASKED}),),
            ),
            Transition(
                "approve", _("批准"), (PROPOSED,), APPROVED, may={r.ASKED}, answers=APPROVAL, outcome="agreed", needs=(NOTE,),
                guards=(NOT_CONCERNED,), do=approve, may_open=tuple(COPIES.values()), clauses=("CS5-12.2",),
                notify=(Notice("sanction_copies", {r.ASKED}), Notice("sanction_own", {CONCERNED})),
            ),
            Transition(
                "reject", _("不批准"), (PROPOSED,), REJECTED, may={r.ASKED}, answers=APPROVAL, outcome="refused", needs=(NOTE,),
                guards=(NOT_CONCERNED,),
            ),
            Transition(
                "acknowledge", _("签收本联"), (APPROVED,), APPROVED, may={r.ASKED}, answers=COPIES[r.PRODUCTION], outcome="agreed",
                or_else=(CLOSED,), do=acknowledge, clauses=("CS5-12.2",),
            ),
        ),
        clocks=(
            Clock("decision", _("批准时限"), runs_in=(PROPOSED,), escalates=(r.DIRECTOR,)),
            Clock("copies", _("分送签收"), runs_in=(APPROVED,), escalates=(r.OFFICE, r.DIRECTOR)),
        ),
        readers=READERS,
        closed=True,
    )
)  # fmt: skip
