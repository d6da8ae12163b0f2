"""One job on the board: who could do it, why others cannot, and the move itself by drag, key or list: all through one address."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiuhao.dispatch import board as drawn
from xiuhao.dispatch import judging, moves, recommending, situation
from xiuhao.dispatch.board_pages import asked, redrawn
from xiuhao.dispatch.situation import MOVABLE, WAITING, Job, Situation
from xiuhao.kernel import sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.engine import Outcome
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import forms
from xiuhao.ui.desk import done as gone
from xiuhao.ui.desk import show, staff

BEST = 3
MOVED = "assigned"  # the state in which a move leaves a job, as far as judging it matters


def _asked(request: HttpRequest, number: str) -> tuple[Actor, Situation, Job]:
    """Who asks, the day of the address, and the job of that day. Raises as `asked`, Refused not_found (404)."""
    actor, day = asked(request)
    return actor, day, _found(day, number)


def _found(day: Situation, number: str) -> Job:
    job = day.by_number.get(number)
    if job is None:
        raise Refused("not_found", {"number": number[:40]}, status=404)
    return job


def _board(day: Situation) -> str:
    return f"{reverse('dispatch:board')}?unit={day.unit.pk}&day={day.day.isoformat()}"


@staff
def job(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET /dispatch/job/<number>?unit=&day=&bump=: what it needs, the best three, everybody else with the rule that stands in the way."""
    _actor, day, found = _asked(request, number)
    bump = request.GET.get("bump") == "1"
    movable = found.state in WAITING | MOVABLE and day.day >= situation.today(day.unit)
    offers = recommending.offers(day, found, bump=bump) if movable else []
    able = [offer for offer in offers if offer.start]
    return show(
        request, "dispatch/job.html", day=day, job=found, window=drawn.window(day, found), due=drawn.clock(day, found.due),
        best=able[:BEST], others=[*able[BEST:], *(offer for offer in offers if not offer.start)], bump=bump,
        people=[(account, day.duties[account].name) for account in day.duties], key=uuid4(), start=_start(day, found),
        movable=movable, placed=found.state in MOVABLE, url=f"/c/work/{number}/",
        skill=day.skills.get(found.skill, found.skill), back=_board(day),
    )  # fmt: skip


def _start(day: Situation, job: Job) -> str:
    return f"{job.start.astimezone(day.zone):%H:%M}" if job.start else ""


@require_POST
@staff
def move(request: HttpRequest) -> HttpResponseBase:
    """POST /dispatch/move: a job to somebody at a time, or back to the list; the answer draws the rows anew and says what it means."""
    actor, day, was = _asked(request, request.POST.get("number", ""))
    wanted = _wanted(request, day, was)
    after = day.having([_moved(day, move) for move in wanted])
    accounts = _touched(day, wanted)
    rows = judging.rows(after, accounts)
    if not request.POST.get("offer"):
        _allowed(day, was, wanted[0], rows)
    results = moves.make(actor, wanted)
    if isinstance(results[0], Refused):
        raise results[0]
    told = judging.effect(judging.rows(day, accounts), rows, after.by_number[was.number])
    told += [f"{move.number}{_('：')}{sentences.say(one)}" for move, one in zip(wanted, results, strict=True) if isinstance(one, Refused)]
    done = [_done(day, move, one) for move, one in zip(wanted, results, strict=True) if not isinstance(one, Refused)]
    return _answer(request, actor, day.having(done), was, wanted, told)


def _wanted(request: HttpRequest, day: Situation, was: Job) -> list[moves.Move]:
    """What the form or the script asks, this job first. Raises Refused bad_move (422), offer_gone (409)."""
    data = request.POST
    engineer, key, version = data.get("engineer", ""), forms.key_of(data), forms.version_of(data)
    try:
        account = int(engineer) if engineer else None
        if account is not None and data.get("offer") in ("fit", "bump"):
            return recommending.chosen(day, was, account, key, version, bump=data["offer"] == "bump")
        start = None if account is None else _moment(day, data.get("start", ""))
    except ValueError:
        raise Refused("bad_move", status=422) from None
    return [moves.Move(was.number, version, account, start, key)]


def _moved(day: Situation, move: moves.Move) -> Job:
    job = _found(day, move.number)
    return replace(job.at(move.engineer, move.start), state=MOVED if move.engineer is not None else "planned")


def _done(day: Situation, move: moves.Move, outcome: Outcome) -> Job:
    """The job as the move left it: known from the engine's answer, so that the day is read once."""
    return replace(_moved(day, move), version=outcome.case.version, state=outcome.case.state)


def _touched(day: Situation, wanted: list[moves.Move]) -> set[int]:
    """Whose rows change."""
    found = {move.engineer for move in wanted} | {day.by_number[move.number].engineer for move in wanted if move.number in day.by_number}
    return {account for account in found if account is not None}


def _allowed(day: Situation, was: Job, move: moves.Move, rows: dict[int, judging.Row]) -> None:
    """Raises Refused move_blocked, move_promised (409): who cannot do it, and what was promised and not agreed anew."""
    if move.engineer is None:
        return
    stop = next(stop for stop in rows[move.engineer].stops if stop.job.pk == was.pk)
    if blocked := judging.blocked(stop.wrongs):
        raise Refused("move_blocked", {"name": _name(day, move.engineer), **blocked})
    if was.state == "booked" and any(wrong.code == "window" for wrong in stop.wrongs):
        raise Refused("move_promised", {"window": drawn.window(day, was)})


def _moment(day: Situation, text: str) -> datetime:
    """A moment, or a time of day on the station's clock, to the minute."""
    if len(text) <= 5:
        hour, minute = (int(part) for part in text.split(":"))
        if not (0 <= hour < 24 and 0 <= minute < 60):
            raise ValueError(text)
        return day.moment(hour * 60 + minute)
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or abs((found.astimezone(day.zone).date() - day.day).days) > 1:
        raise ValueError(text)
    return found.replace(second=0, microsecond=0)


def _name(day: Situation, account: int) -> str:
    duty = day.duties.get(account)
    return duty.name if duty else _("该工程师")


def _alone(request: HttpRequest) -> bool:
    """Whether the job was open on a page of its own: there are no rows to draw anew there, so one goes on to the board."""
    return "/dispatch/job/" in request.headers.get("HX-Current-URL", "")


def _answer(request: HttpRequest, actor: Actor, day: Situation, was: Job, wanted: list[moves.Move], told: list[str]) -> HttpResponseBase:
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(_board(day), status=303)
    said, undo = _said(day, was, wanted[0], told), _undo(was, day.by_number.get(was.number), day.unit.pk, day.day)
    if _alone(request):
        return gone(request, said, _board(day), undo=undo)
    accounts = _touched(day, wanted) | ({was.engineer} if was.engineer else set())
    response = show(request, "dispatch/moved.html", **redrawn(actor, day, accounts))
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"xiuhao:done": {"text": said, "undo": undo}})
    return response


def _said(day: Situation, was: Job, wanted: moves.Move, told: list[str]) -> str:
    if wanted.engineer is None or wanted.start is None:
        first = _("{number} 已放回待派").format(number=was.number)
    else:
        at = f"{wanted.start.astimezone(day.zone):%H:%M}"
        first = _("{number} 已派给 {name} {at}").format(number=was.number, name=_name(day, wanted.engineer), at=at)
    return _("。").join([first, _("；").join(told)]) if told else first


def _undo(was: Job, moved: Job | None, unit: int, on: date) -> dict[str, str]:
    """What the toast's button posts for ten seconds: the same address, the other way round."""
    placed = was.engineer is not None and was.start is not None and was.state in MOVABLE
    return {
        "url": reverse("dispatch:move"), "number": was.number, "unit": str(unit), "day": on.isoformat(),
        "_version": str(moved.version) if moved else "", "engineer": str(was.engineer) if placed else "",
        "start": was.start.isoformat() if placed and was.start else "",
    }  # fmt: skip


@require_POST
@staff
def pin(request: HttpRequest, number: str) -> HttpResponseBase:
    """POST /dispatch/job/<number>/pin with `on`: no plan moves it any more, or plans may again."""
    actor, day, found = _asked(request, number)
    moves.pin(actor, found, request.POST.get("on") == "1", forms.key_of(request.POST))
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(_board(day), status=303)
    said = (_("{number} 已锁定，排程不再移动它") if request.POST.get("on") == "1" else _("{number} 已解锁")).format(number=number)
    if _alone(request):
        return gone(request, said, _board(day))
    after = situation.read(actor, day.unit, day.day)
    response = show(request, "dispatch/moved.html", **redrawn(actor, after, {found.engineer} if found.engineer else set()))
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"xiuhao:done": {"text": said}})
    return response
