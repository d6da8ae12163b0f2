"""Claims of business customers as the demo opens: one at each stage of the chain through the departments, and what follows of two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from xiuhao.claim.models import Claim, Improvement
from xiuhao.kernel import duties, registry
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.time import local, now
from xiuhao.simulate.grievances import HOUR, Way, act, act_with_papers, apart, hence, step, told
from xiuhao.simulate.problems import model_of
from xiuhao.simulate.world import Story, World

# How far each has come: the last verb that is done, and how many hours ago.
STAGES = (
    ("ink", "submit", 2.0), ("shell", "report", 20.0), ("hinge", "negotiate", 7.0), ("panel", "opine", 5.0), ("motor", "approve", 9.0),
    ("board", "approve", 26.0),
)  # fmt: skip
# The way of a claim: verb, whose, and how many hours after the one before. About a day each, so that people act by day.
WAY = (
    ("submit", "sales", 24.0), ("register", "office", 1.5), ("investigate", "quality", 22.5), ("report", "quality", 24.0),
    ("analyse", "production", 24.5), ("endorse", "manager", 2.0), ("study", "research", 22.0), ("review", "office", 2.0),
    ("negotiate", "sales", 23.0), ("read", "sales_head", 1.0), ("opine", "office", 22.0), ("approve", "director", 2.5),
    ("execute", "sales", 21.0), ("close", "office", 2.5),
)  # fmt: skip
TEXTS = {
    "report": "report", "study": "study", "negotiate": "negotiation", "read": "note", "approve": "why",
}  # fmt: skip
MODELS = {
    "ink": "QY-BD-145", "board": "QY-XQG100", "motor": "QY-KFR72", "panel": "QY-JSQ30", "hinge": "QY-WQ14", "shell": "QY-MV140",
    "oven": "QY-WQ14",
}  # fmt: skip
SHIPPED = 40  # days before the claim
COPIES = ("quality", "production", "sales", "finance", "office")
PUNISHED = timedelta(days=12)  # before the month began: by its end the last notice of that month is approved


def scenes(world: World) -> Iterator[tuple[datetime, Story]]:
    """Each with the moment at which its complaint is taken in."""
    for place, (at, story) in enumerate(_all(world)):
        yield at, apart(world, story, f"department {place}")


def _all(world: World) -> Iterator[tuple[datetime, Any]]:
    by_key = {one["key"]: one for one in told("claims")}
    for key, until, hours in STAGES:
        yield world.end - timedelta(hours=hours + sum(_pauses(by_key[key], until))), standing(world, by_key[key], until)
    month = local(world.end).replace(day=1, hour=10, minute=20, second=0, microsecond=0)
    yield month - PUNISHED, closed(world, told("closed"))
    yield month + timedelta(days=1), monthly(world)


def _steps(one: dict[str, Any]) -> list[tuple[str, str, float]]:
    """The way of this claim: research has its say only where the manager wants it."""
    studied = one.get("endorse", {}).get("to_research") == "yes"
    return [step for step in WAY if step[0] != "study" or studied]


def _pauses(one: dict[str, Any], until: str) -> Iterator[float]:
    for verb, _who, hours in _steps(one):
        yield hours
        if verb == until:
            return


def standing(world: World, one: dict[str, Any], until: str) -> Story:
    """A claim up to a verb, and what stands on its decision so far."""
    number = yield from claimed(world, one, until)
    if "certificate" in one:
        yield from certified(world, one, number)
        yield from charged(world, one, number)
    elif "slip" in one:
        yield world.minutes(60, 90)
        act(world, "returns", "slip", "sales", parent=number, issued=one["form"]["quantity"], **one["slip"])


def claimed(world: World, one: dict[str, Any], until: str) -> Way:
    """From the visit on which sales hear of it up to a verb; the number of the claim."""
    yield now()
    complaint, number = _told_to_sales(world, one), ""
    act(world, "complaint", "assign", "lead", complaint)
    for verb, who, hours in _steps(one):
        yield now() + hours * HOUR
        if verb == "submit":
            _answered(world, one, complaint)
            number = _filed(world, one, complaint)
        else:
            act(world, "claim", verb, who, number, **_given(one, verb))
        if verb == until:
            break
    return number


def closed(world: World, one: dict[str, Any]) -> Story:
    """One that is over: what was granted is sealed and booked, copies are acknowledged, the loss is decided, who is at fault given a
    notice, and the improvement has been looked at."""
    claim = yield from claimed(world, one, "execute")
    certificate = yield from certified(world, one, claim)
    yield world.hours(1, 2)
    sealed = {"seal": [world.papers.pop()], "sealed_on": local(now()).date().isoformat()}
    act_with_papers(world, "allowance", "seal", "sales", certificate, **sealed)
    yield world.hours(1, 2)
    act(world, "allowance", "book", "finance", certificate)
    yield world.hours(1, 2)
    act(world, "claim", "close", "office", claim)
    for who in COPIES:
        yield world.minutes(20, 90)
        act(world, "claim", "acknowledge", who, claim)
    yield from _wound_up(world, one, claim)
    yield from improved(world, one, claim)
    yield world.hours(14, 15)  # the next morning
    liability = yield from charged(world, one, claim)
    yield now() + 3 * HOUR
    act(world, "liability", "approve", "director", liability, note=told("decided"))
    yield world.minutes(30, 60)
    person = world.company.people["production2"].pk
    notice = act(world, "sanction", "propose", "office", parent=liability, person=person, **one["sanction"]).number
    yield now() + 2 * HOUR
    act(world, "sanction", "approve", "director", notice, note=told("decided"))
    for who in ("office", "finance", "production"):
        yield world.minutes(30, 90)
        act(world, "sanction", "acknowledge", who, notice)


def improved(world: World, one: dict[str, Any], claim: str) -> Story:
    """What was to be improved is done, and quality has seen that it helps."""
    number = Improvement.objects.get(claim__case__number=claim).case.number
    yield world.hours(1, 2)
    act(world, "improvement", "improve", one["review"]["improver"], number, result=one["improved"])
    yield world.hours(2, 3)
    act(world, "improvement", "verify_effect", "quality", number, effective="yes", effect=one["verified"])


def _wound_up(world: World, one: dict[str, Any], claim: str) -> Story:
    """The complaint of a claim that is over: the customer hears it, agrees, is asked, and it is closed."""
    complaint = Claim.objects.select_related("complaint__case").get(case__number=claim).complaint.case.number
    yield world.minutes(30, 60)
    act(world, "complaint", "relay", "sales", complaint, way="letter", text=one["letter"])
    for verb in ("plan", "offer", "confirm", "execute", "survey", "close"):
        yield world.minutes(40, 90)
        step(world, one, complaint, verb, "lead", "quality")


def monthly(world: World) -> Story:
    """What the month owes of the one before: the list of notices goes to personnel, the statistics are confirmed and signed."""
    yield now()
    for process in ("discipline", "statistics"):
        duties.open_due(registry.process(process))
    owed = {case.process: case for case in Case.objects.visible_to(SYSTEM).filter(process__in=("discipline", "statistics"), is_open=True)}
    yield now() + 27 * HOUR
    if "discipline" in owed:
        act(world, "discipline", "send", "office", owed["discipline"].number, review=told("reviewed"))
    if "statistics" not in owed:
        return
    asked = CaseAsk.objects.filter(case=owed["statistics"], outcome="").order_by("pk").values_list("to_role", flat=True)
    for role in list(asked):
        yield world.minutes(40, 90)
        act(world, "statistics", "confirm", role, owed["statistics"].number)
    yield now() + 20 * HOUR
    act(world, "statistics", "sign", "office", owed["statistics"].number, checked=told("checked"))


def _told_to_sales(world: World, one: dict[str, Any]) -> str:
    home = world.people.draw(one["firm"])
    shipped = local(now()).date() - timedelta(days=SHIPPED)
    return act(
        world, "complaint", "receive", "sales", channel="visit", contact_name=home.name, contact_phone=home.phone, content="quality",
        model=model_of(world.company, MODELS[one["key"]]).pk, symptom=one["symptom"], purchased_on=shipped.isoformat(), loss="some",
        demand="explanation", restated=one["restated"], agreed="yes", promised_at=hence(48),
    ).number  # fmt: skip


def _answered(world: World, one: dict[str, Any], complaint: str) -> None:
    """The first answer of quality, before the form goes its way."""
    act(
        world, "complaint", "answer", "quality", complaint, contacted=True, way="phone", facts=one["reason"], fault="unclear",
        text=told("first_answer"), promised_at=hence(20 * 24),
    )  # fmt: skip


def _filed(world: World, one: dict[str, Any], complaint: str) -> str:
    shipped = (local(now()).date() - timedelta(days=SHIPPED)).isoformat()
    kept = {"sample": one["sample"], "sample_place": "样品柜", "sample_with": "quality"}
    given = {**one["form"], **kept, "reason": one["reason"], "advice": one["advice"], "ship_date": shipped}
    return act(world, "claim", "submit", "sales", parent=complaint, **given).number


def _given(one: dict[str, Any], verb: str) -> dict[str, Any]:
    """What is said at a step."""
    if verb in ("register", "close"):
        return {}
    if verb == "execute":
        return {"execution": one["execute"], "executed_on": local(now()).date().isoformat()}
    if verb in TEXTS:
        return {TEXTS[verb]: one["negotiation" if verb == "negotiate" else verb]}
    given = dict(one[verb])
    if verb == "analyse":
        given["produced_on"] = (local(now()).date() - timedelta(days=SHIPPED + 12)).isoformat()
    if verb == "review":
        given["improve_by"] = hence(30 * 24)
    return given


def certified(world: World, one: dict[str, Any], claim: str) -> Way:
    """The certificate of an allowance: signed by both levels, on its way to the customer's seal."""
    yield world.minutes(50, 80)
    given = {"amount": one["opine"]["amount"], "reason": one["certificate"]}
    number = act(world, "allowance", "certify", "sales", parent=claim, **given).number
    yield world.minutes(40, 70)
    act(world, "allowance", "endorse", "sales_head", number)
    yield world.minutes(60, 120)
    act(world, "allowance", "approve", "deputy", number)
    return number


def charged(world: World, one: dict[str, Any], claim: str) -> Way:
    """The loss and whose it is: the departments have said yes, the general manager has still to look at it."""
    yield world.minutes(30, 60)
    number = act(world, "liability", "assess", "office", parent=claim, basis="allowance", granted=one["opine"]["amount"]).number
    yield world.minutes(20, 40)
    act(world, "liability", "split", "office", number, department1="production", department2="quality")
    for department in ("production", "quality"):
        yield world.minutes(60, 100)
        act(world, "liability", "accept", department, number, opinion=told("accepted"))
    yield world.minutes(20, 40)
    act(world, "liability", "submit", "office", number)
    return number
