"""What the verbs of a complaint write, and what their conditions ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from django.db.models import Q

from xiuhao.complaint import authority, intake, queries
from xiuhao.complaint.models import DEPARTMENTS, Complaint, Option
from xiuhao.complaint.stages import ANSWERED
from xiuhao.kernel import policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Case, Grant, Journal, Link, PolicyRow
from xiuhao.kernel.step import Step
from xiuhao.party import queries as people
from xiuhao.wording import queries as wording

MOST_OPTIONS = 4
CHILDREN = 10  # numbers that a refusal names


def colleagues(step: Step) -> Options:
    """The colleagues whom the actor sees."""
    return tuple((str(one.pk), one.name) for one in people.colleagues(step.actor))


def reachable(step: Step) -> bool:
    """For notices to the customer: true if there is a number to write to."""
    return step.case.customer_id is not None and bool(step.record.contact_phone)


# Heard


def heard(step: Step) -> bool:
    """Its points were restated, and the customer agreed the last time they were (CS4-1.1)."""
    return bool(step.record.restated) and step.record.agreed == "yes"


def take(step: Step) -> None:
    """Whoever takes it answers for it."""
    step.case.owner_id = step.actor.id
    step.say(owner=step.actor.id)


def hand(step: Step) -> None:
    """Somebody else works on it; who took it in goes on answering for it."""
    step.own(step.context["colleague"])


def accuse(step: Step) -> None:
    """Whom it is about takes no part any more, and does not own it."""
    if step.case.owner_id == step.record.about_id:
        step.own(None)


def regrade(step: Step) -> None:
    """How grave it is, as somebody saw who looked again: the next news is due by the new grade."""
    intake.news_by(step, "limit" if step.context["was"]["severity"] in queries.GRAVE else "first")


# Passed on


def flow(step: Step) -> PolicyRow | None:
    """The way that severity and content lead (CS2-5)."""
    record: Complaint = step.record
    return policy.decide("complaint.flow", {"severity": record.severity, "content": record.content}, step.at)


def may_at_once(step: Step) -> bool:
    """Whether the flow lets it be answered at once (CS4-1.2)."""
    if step.transition.births and not step.given["at_once"]:
        return True
    if step.transition.births and (row := step.context.get("graded")) and not step.given.get("severity"):
        facts = {"severity": row.value["severity"], "content": step.record.content}
    else:
        facts = {"severity": step.record.severity, "content": step.record.content}
    found = policy.decide("complaint.flow", facts, step.at)
    return bool(found and found.value["at_once"])


def dispatching(steps: list[Step]) -> None:
    """The department, by the flow where none was named; who is complained of is passed over for the post above (they are not asked)."""
    for step in steps:
        row = step.context["flow"] = flow(step)
        wanted = str(step.given.get("department") or (row.value["department"] if row else r.MANAGER))
        step.context["proposed"] = impartial(step, row.value["department"]) if row else ""
        step.given["department"] = impartial(step, wanted)


def impartial(step: Step, role: str) -> str:
    """The post, or the nearest above it that the person complained about does not hold."""
    return next((one for one in (role, *r.above(role)) if one in dict(DEPARTMENTS) and not _theirs(step, one)), role)


def _theirs(step: Step, role: str) -> bool:
    about = step.record.about_id
    if about is None:
        return False
    held = Grant.in_force().filter(account_id=about, role=role).values_list("unit__path", flat=True)
    return any(step.case.unit_path.startswith(path) for path in held)


def unbiased(step: Step) -> bool:
    """Nobody is asked about a complaint of themselves."""
    return not _theirs(step, step.given["department"])


def explained(step: Step) -> bool:
    """Who sends it elsewhere than the flow says why."""
    return not step.context["proposed"] or step.given["department"] == step.context["proposed"] or bool(step.given.get("reason"))


def proposed(step: Step) -> Mapping[str, Any]:
    """The department of the flow, in words."""
    return {"rule": dict(DEPARTMENTS).get(step.context["proposed"], "")}


def not_asked(step: Step) -> bool:
    """The same department is asked once."""
    return not any(ask.to_role == step.given["department"] for ask in step.asked("handle", ""))


def dispatch(step: Step) -> None:
    """Asked from now on is this department alone."""
    step.unask("handle")
    row = step.context["flow"]
    if row is not None:
        followed = step.given["department"] == step.context["proposed"]
        step.say(**({} if followed else {"overruled": [row.pk]}))
        step.obey(row, "met" if followed else "broken")


def answered(step: Step) -> None:
    """The department has spoken with the customer."""
    if step.given["apologised"]:
        step.record.apologised_at = step.at
    intake.news_by(step, "limit")


def sent_back(step: Step) -> None:
    """It is not theirs: somebody else has to be found."""
    step.record.department = ""


# Told


def renewed(step: Step) -> bool:
    """While it is not solved a time lies ahead by which the customer hears again: this answer's, or what was promised (CS4-1.4)."""
    ahead = step.record.promised_at
    return step.before == "executed" or (ahead is not None and ahead > step.at)


def remedied(step: Step) -> bool:
    """The news of a serious complaint name compensation or a substitute (JD-4.6)."""
    return step.record.severity not in queries.GRAVE or bool(step.given.get("remedy"))


def inform(step: Step) -> None:
    """The customer has heard: the next news is due from now."""
    intake.news_by(step, "limit")


def chased(step: Step) -> None:
    """The customer had to ask: we were not before them (CS4-4)."""
    step.rule("CS4-4", "broken")


def relay(step: Step) -> None:
    """The customer was told by letter or by phone, never by the form (CS5-9.15)."""
    step.record.relayed += 1


def relayed(step: Step) -> bool:
    """What authority decided last has reached the customer: `relayed` counts from that decision."""
    return step.record.authorised is None or step.record.relayed > 0


# Planned


def plan(step: Step) -> None:
    """Three or four options, the best first; those of a former plan stay as they were (CS4-2.2)."""
    record: Complaint = step.record
    record.edition += 1
    record.chosen = None
    told = ((step.given[f"option_{n}"], step.given[f"amount_{n}"]) for n in range(1, MOST_OPTIONS + 1))
    options = [
        Option(edition=record.edition, rank=rank, text=text, amount=amount or 0)
        for rank, (text, amount) in enumerate(((text, amount) for text, amount in told if text), 1)
    ]
    for option in options:
        step.add(option)
    if beyond := authority.beyond(wording.standing(step), options):
        step.say(beyond=sorted(beyond))


def alike(step: Step) -> Mapping[str, Any]:
    """The first two options of a plan that say the same, whatever signs and spaces lie between."""
    seen: dict[str, int] = {}
    for n in range(1, MOST_OPTIONS + 1):
        plain = "".join(sign for sign in normalize("NFKC", step.given[f"option_{n}"]).casefold() if sign.isalnum())
        if plain and plain in seen:
            return {"one": seen[plain], "other": n}
        seen[plain] = n
    return {}


def may_offer(step: Step) -> bool:
    """One at a time, and only what was not offered yet."""
    return authority.waiting(step) is None and authority.upcoming(step) is not None


def offer(step: Step) -> None:
    """The best of what was not offered yet."""
    option = authority.upcoming(step)
    assert option is not None
    option.offered_at = step.at
    option.save(update_fields=["offered_at"])
    step.say(option=option.rank, amount=str(option.amount))


def objected(step: Step) -> None:
    """The customer does not want it: the next one may be offered."""
    _answered(step, "refused")


def confirmed(step: Step) -> None:
    """The customer wants it: it may be carried out (CS4-2.3)."""
    step.record.chosen = _answered(step, "accepted")


def _answered(step: Step, answer: str) -> Option:
    option = authority.waiting(step)
    assert option is not None
    option.answer, option.answered_at = answer, step.at
    option.save(update_fields=["answer", "answered_at"])
    step.say(option=option.rank)
    return option


# Ended


def executed(step: Step) -> None:
    """Carried out: the promise is kept; the customer's opinion is asked."""
    step.record.promised_at = None
    authority.pay(step)
    intake.opinion_by(step)


def surveyed(step: Step) -> None:
    """What the customer thinks of it. Who is not content gets another plan, and a time."""
    record: Complaint = step.record
    record.opinions += 1
    record.better = step.given["better"] == "yes" if step.given["better"] else record.better
    intake.opinion_by(step)
    if step.given["satisfied"] == "no":
        record.opinion_by = None
        record.opinions = 0  # what comes of the new plan is asked about anew
        step.go(ANSWERED)
    else:
        record.promised_at = None


def authorise(step: Step) -> None:
    """What authority decided may be answered, promised and paid, and no more."""
    step.record.authorised = step.given["amount"]
    step.record.relayed = 0  # what the customer was told before is not this decision


def empty(case: Case) -> int:
    """The options of a case whose persons are forgotten: what was offered may name somebody."""
    rows = Option.objects.unscoped("of a case whose persons are erased").filter(case=case).exclude(text="")
    return rows.update(text="") if case.process == "complaint" else 0


def childless(step: Step) -> bool:
    """Whatever was born of it has ended. One statement."""
    rows = Link.objects.filter(parent_id=step.case.pk, child__is_open=True)
    step.context["open_children"] = list(rows.order_by("child_id").values_list("child__number", flat=True)[:CHILDREN])
    return not step.context["open_children"]


def named(step: Step) -> Mapping[str, Any]:
    """The numbers of those that have not."""
    return {"children": "、".join(step.context["open_children"])}


def ever_critical(step: Step) -> bool:
    """Whether it is critical, or was before somebody graded it down, or was taken in below the grade of the rules. At most one
    statement."""
    if step.record.severity == "critical":
        return True
    once = Q(data__severity="critical") | Q(data__given__severity="critical") | Q(data__graded="critical")
    return Journal.objects.filter(once, case_id=step.case.pk, verb__in=("receive", "raise", "grade")).exists()


def may_withdraw(step: Step) -> bool:
    """What was critical at any time is withdrawn by those who answer for the desk."""
    return bool(step.roles & {r.LEAD, r.MANAGER}) or not ever_critical(step)


def reviewed(step: Step) -> bool:
    """What was critical at any time had its meeting, and the meeting is over (JD-3.4)."""
    if not ever_critical(step):
        return True
    return Link.objects.filter(parent_id=step.case.pk, kind="meeting", child__is_open=False).exclude(child__state="cancelled").exists()
