"""What is done to the roster. Writers call these inside their transaction; pages call them with the actor who asks."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from django.db import IntegrityError, transaction

from xiuhao.kernel import roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Account
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.party import actions as people
from xiuhao.party import queries as staff
from xiuhao.party.models import Skill, Staff
from xiuhao.roster import queries
from xiuhao.roster.models import LEAVES, PLANNERS, Certificate, Engineer, Leave, Shift
from xiuhao.roster.queries import Conflict

staff.VERBS.update(
    set_shift=_("调整班次"),
    take_leave=_("登记请假"), withdraw_leave=_("撤销请假"), certify=_("登记证书"), withdraw_certificate=_("作废证书"),
    set_home=_("设置出发点"),
)  # fmt: skip


def colleague(actor: Actor, pk: int, *, own: bool = False) -> Account:
    """The member of staff whom the actor may plan (or with `own` is). Refused not_found (404), not_allowed (403)."""
    row = Staff.objects.visible_to(actor).select_related("account__unit").filter(pk=pk, account__is_active=True).first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    path = row.account.unit.path
    if actor.kind != "system" and not actor.holds(*PLANNERS, path=path) and not (own and actor.id == pk):
        raise Refused("not_allowed", {}, status=403)
    return row.account


def engineer(actor: Actor, pk: int, *, own: bool = False) -> Account:
    """The same, of an engineer. Refused no_engineer (422)."""
    account = colleague(actor, pk, own=own)
    if not account.grants.filter(role=roles.ENGINEER).exists():
        raise Refused("no_engineer", {"name": account.name}, status=422)
    return account


@transaction.atomic
def set_shift(actor: Actor, pk: int, day: date, start: time | None, end: time | None, *, pattern: bool = False) -> None:
    """Other hours on a day, or (both None) a day off; with `pattern` as the unit works. Refused shift_half, shift_backwards (422)."""
    account = engineer(actor, pk)
    if (start is None) != (end is None):
        raise Refused("shift_half", {}, status=422)
    if start and end and end <= start:
        raise Refused("shift_backwards", {}, status=422)
    rows = Shift.objects.unscoped("the engineer was reached before")
    if pattern:
        rows.filter(account=account, day=day).delete()
    else:
        rows.update_or_create(account=account, day=day, defaults={"start": start, "end": end})
    people.note(actor, "set_shift", f"kernel.account:{pk}", day=day.isoformat())


@transaction.atomic
def take_leave(actor: Actor, pk: int, kind: str, since: datetime, until: datetime) -> tuple[Leave, list[Conflict]]:
    """Enter leave, one's own or by who plans; and what is planned in that time. Refused leave_backwards, leave_overlaps (422)."""
    account = engineer(actor, pk, own=True)
    if until <= since:
        raise Refused("leave_backwards", {}, status=422)
    if kind not in dict(LEAVES):
        raise Refused("not_offered", {"label": _("类别")}, status=422)
    Account.objects.select_for_update().get(pk=pk)  # two at once would not see each other
    other = Leave.objects.unscoped("the engineer was reached before").filter(account=account, withdrawn_at=None)
    found = other.filter(since__lt=until, until__gt=since).first()
    if found:
        raise Refused("leave_overlaps", {"name": account.name, "since": local(found.since), "until": local(found.until)}, status=422)
    row = Leave(account=account, kind=kind, since=since, until=until, entered_by_id=actor.id, entered_at=now())
    row.save()
    people.note(actor, "take_leave", f"kernel.account:{pk}", since=since, until=until)
    return row, queries.conflicts(pk, since, until)


@transaction.atomic
def withdraw_leave(actor: Actor, leave: Leave) -> None:
    """They will be there after all. Refused leave_withdrawn (409)."""
    colleague(actor, leave.account_id, own=True)
    rows = Leave.objects.unscoped("the engineer was reached before").filter(pk=leave.pk, withdrawn_at=None)
    if not rows.update(withdrawn_at=now()):
        raise Refused("leave_withdrawn", {}, status=409)
    people.note(actor, "withdraw_leave", f"kernel.account:{leave.account_id}", since=leave.since, until=leave.until)


@transaction.atomic
def certify(actor: Actor, pk: int, *, skill: str, level: int, name: str, number: str, valid_from: date, valid_until: date) -> Certificate:
    """Enter a certificate. Refused certificate_backwards, skill_unknown, level_unknown (422), certificate_twice (409)."""
    account = engineer(actor, pk)
    if valid_until < valid_from:
        raise Refused("certificate_backwards", {"since": valid_from, "until": valid_until}, status=422)
    known = Skill.objects.filter(key=skill).first()
    if known is None:
        raise Refused("skill_unknown", {"skill": skill[:40]}, status=422)
    if level not in (1, 2, 3):
        raise Refused("level_unknown", {}, status=422)
    row = Certificate(
        account=account, skill=known, level=level, name=clean_text(name, 60), number=clean_text(number, 40), valid_from=valid_from,
        valid_until=valid_until,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused("certificate_twice", {"name": account.name, "number": row.number}) from None
    people.note(actor, "certify", f"kernel.account:{pk}", skill=skill, until=valid_until)
    return row


@transaction.atomic
def withdraw_certificate(actor: Actor, certificate: Certificate) -> None:
    """It does not hold any more, or was entered wrongly; the line stays."""
    colleague(actor, certificate.account_id)
    rows = Certificate.objects.unscoped("the engineer was reached before").filter(pk=certificate.pk, withdrawn_at=None)
    if rows.update(withdrawn_at=now()):
        people.note(actor, "withdraw_certificate", f"kernel.account:{certificate.account_id}", skill=certificate.skill.key)


@transaction.atomic
def set_home(actor: Actor, pk: int, lat: float | None, lon: float | None, speed: Decimal) -> None:
    """Where the day begins, and the pace of work. Refused home_half, home_off_earth, speed_range (422)."""
    account = engineer(actor, pk)
    if (lat is None) != (lon is None):
        raise Refused("home_half", {}, status=422)
    if lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Refused("home_off_earth", {}, status=422)
    if not Decimal("0.5") <= speed <= 2:
        raise Refused("speed_range", {}, status=422)
    rows = Engineer.objects.unscoped("the engineer was reached before")
    rows.update_or_create(account=account, defaults={"home_lat": lat, "home_lon": lon, "speed": speed})
    people.note(actor, "set_home", f"kernel.account:{pk}")
