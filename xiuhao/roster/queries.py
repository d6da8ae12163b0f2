"""Who can work when: what planning and the verbs of work orders ask of the roster."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from xiuhao.kernel import calendars, policy, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Absence, Unit
from xiuhao.party import queries as people
from xiuhao.party.queries import Hand
from xiuhao.roster.models import Certificate, Engineer, Leave, Shift
from xiuhao.roster.tables import CERTIFICATE, HOURS

Hours = tuple[datetime, datetime]
Conflict = tuple[str, str, datetime]  # what it is called, its address, when it is planned


@dataclass(frozen=True)
class Duty:
    """One engineer on one day: aware moments of start, end and lunch (None: no lunch), where the day begins (degrees; None: unknown).

    `skills` are levels by key; `expired` those of them that need a certificate of which none holds that day. `unit` is where they
    belong, `speed` divides what a job takes.
    """

    account: int
    name: str
    start: datetime
    end: datetime
    lunch: Hours | None
    home: tuple[float, float] | None
    skills: Mapping[str, int]
    expired: tuple[str, ...]
    level: int
    speed: float
    unit: int


def units() -> frozenset[int]:
    """The ids of the units that have engineers, and of those above them that are stations."""
    found: set[int] = set()
    for hand in on_roster():
        found |= {int(step) for step in hand.unit_path.split(".") if step}
    stations = set(Unit.objects.filter(pk__in=found, kind="station").values_list("pk", flat=True)) if found else set()
    return frozenset(stations | {hand.unit for hand in on_roster()})


def engineers(wanted: Collection[int], day: date) -> list[Duty]:
    """Who of these units (and those below them) works that day, by name. At most six statements, however many they are."""
    paths = tuple(Unit.objects.filter(pk__in=wanted).values_list("path", flat=True))
    hands = [hand for hand in on_roster() if paths and hand.unit_path.startswith(paths)]
    return _duties(hands, day)


def duty(account: int, day: date) -> Duty | None:
    """One engineer's day; None if they do not work then."""
    return next(iter(_duties([hand for hand in on_roster() if hand.account == account], day)), None)


def holds(account: int, skill: str, level: int, day: date) -> bool:
    """True if the skill is mastered at that level, with a certificate valid that day where one is needed. No skill asked: always."""
    hand = next((hand for hand in on_roster() if hand.account == account), None)
    if not skill:
        return True
    if hand is None or not hand.can(skill, level):
        return False
    return not needs_certificate(skill) or certified(account, skill, level, day)


def certified(account: int, skill: str, level: int, day: date) -> bool:
    """True if a certificate of that skill and level holds that day."""
    return valid_on(day).filter(account_id=account, skill__key=skill, level__gte=level).exists()


def valid_on(day: date) -> QuerySet[Certificate]:
    """The certificates that hold on a day."""
    rows = Certificate.objects.unscoped("whether a paper holds: asked of whoever is to be sent")
    return rows.filter(withdrawn_at=None, valid_from__lte=day, valid_until__gte=day)


def certificates(account: int) -> list[Certificate]:
    """Those of an engineer that were not withdrawn, the last to end first: what is shown to a customer on arrival."""
    rows = Certificate.objects.unscoped("shown on arrival, by whoever may see the work order")
    return list(rows.filter(account_id=account, withdrawn_at=None).select_related("skill").order_by("-valid_until", "pk"))


def needs_certificate(skill: str) -> bool:
    """True if nobody may use the skill without a paper."""
    row = policy.decide(CERTIFICATE, {"skill": skill})
    return bool(row and row.value.get("needed"))


def ending(actor: Actor, day: date) -> QuerySet[Certificate]:
    """Certificates that the actor sees and that have ended, or soon will (`warn_days` of their skill), of people who still work."""
    rows = Certificate.objects.visible_to(actor).filter(withdrawn_at=None, account__is_active=True)
    soon = Q(pk__in=())
    for row in policy.rows(CERTIFICATE):
        until = day + timedelta(days=int(row.value.get("warn_days") or 0))
        skills = row.match.get("skill", [])
        soon |= Q(skill__key__in=[skills] if isinstance(skills, str) else skills, valid_until__lte=until)
    return rows.filter(soon | Q(valid_until__lt=day)).select_related("account", "skill")


# What is planned while somebody is away: told by the modules above, asked by the roster's pages.
_finders: list[Callable[[int, datetime, datetime], Iterable[Conflict]]] = []


def tell_conflicts(finder: Callable[[int, datetime, datetime], Iterable[Conflict]]) -> None:
    """Let the roster know what else is planned: `finder(account, since, until)`."""
    _finders.append(finder)


def conflicts(account: int, since: datetime, until: datetime) -> list[Conflict]:
    """What is planned for somebody in that time, the earliest first."""
    return sorted((one for finder in _finders for one in finder(account, since, until)), key=lambda one: one[2])


# Inside


def on_roster() -> list[Hand]:
    """Every engineer on duty, with skills and unit; kept while nobody edits the organisation."""
    return [one.hand for one in people.roster.now() if roles.ENGINEER in one.roles]


def middle(unit_path: str) -> tuple[float, float] | None:
    """The middle of where the engineers of a unit begin their day (degrees, WGS 84); None while no such place is known. One statement."""
    ids = [hand.account for hand in on_roster() if hand.unit_path.startswith(unit_path)]
    rows = Engineer.objects.unscoped("the middle of a station, told as one point").filter(pk__in=ids, home_lat__isnull=False)
    homes = [(lat, lon) for lat, lon in rows.values_list("home_lat", "home_lon") if lat is not None and lon is not None] if ids else []
    return (sum(lat for lat, _lon in homes) / len(homes), sum(lon for _lat, lon in homes) / len(homes)) if homes else None


def _duties(hands: list[Hand], day: date) -> list[Duty]:
    ids = [hand.account for hand in hands]
    if not ids:
        return []
    homes = {row.pk: row for row in Engineer.objects.unscoped("where a day begins, for who plans it").filter(pk__in=ids)}
    shifts = {row.account_id: row for row in Shift.objects.unscoped("the day that is planned").filter(account__in=ids, day=day)}
    zones = dict(Unit.objects.filter(pk__in={hand.unit for hand in hands}).values_list("pk", "zone"))
    away = _away(ids, day)
    papers: dict[int, dict[str, int]] = {}
    for account, skill, level in valid_on(day).filter(account__in=ids).values_list("account_id", "skill__key", "level"):
        papers.setdefault(account, {})[skill] = max(level, papers.get(account, {}).get(skill, 0))
    found = []
    for hand in hands:
        worked = hours(hand, day, ZoneInfo(zones[hand.unit]), shifts.get(hand.account))
        if worked and (rest := _left(worked[:2], away.get(hand.account, []))):
            found.append(_duty(hand, rest, worked[2], homes.get(hand.account), papers.get(hand.account, {})))
    return sorted(found, key=lambda one: (one.name, one.account))


def hours(hand: Hand, day: date, zone: ZoneInfo, shift: Shift | None) -> tuple[datetime, datetime, Hours | None] | None:
    """Start, end and lunch of a day by the roster or else by the pattern of the unit; None for a day off. Leave is not looked at."""
    row = policy.decide(HOURS, {"station": str(hand.unit)})
    value: Mapping[str, str] = row.value if row else {"calendar": "office", "lunch_from": "", "lunch_until": ""}
    if shift is not None:
        if shift.start is None or shift.end is None:
            return None
        start, end = _at(day, shift.start, zone), _at(day, shift.end, zone)
    else:
        spans = calendars.of(calendars.named(value["calendar"]).pk).hours(day)
        if not spans:
            return None
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        start, end = midnight + timedelta(minutes=spans[0][0]), midnight + timedelta(minutes=spans[-1][1])
    return start, end, _lunch(day, zone, value, start, end)


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone)


def _lunch(day: date, zone: ZoneInfo, value: Mapping[str, str], start: datetime, end: datetime) -> Hours | None:
    """Lunch, if it lies within the shift."""
    try:
        since, until = (_at(day, time.fromisoformat(value[key]), zone) for key in ("lunch_from", "lunch_until"))
    except ValueError:
        return None
    return (since, until) if start <= since < until <= end else None


def _away(ids: Collection[int], day: date) -> dict[int, list[Hours]]:
    """When they are not there on a day: leave, and absences with a deputy. Two statements."""
    low = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC")) - timedelta(days=1)
    high = low + timedelta(days=3)
    found: dict[int, list[Hours]] = {}
    leaves = Leave.objects.unscoped("the day that is planned").filter(account__in=ids, withdrawn_at=None, until__gt=low, since__lt=high)
    absences = Absence.objects.filter(account__in=ids, until__gt=low, since__lt=high)
    for account, since, until in [
        *leaves.values_list("account_id", "since", "until"),
        *absences.values_list("account_id", "since", "until"),
    ]:
        found.setdefault(account, []).append((since, until))
    return found


def _left(worked: Hours, away: list[Hours]) -> Hours | None:
    """What is left of a shift: its longest piece; None if there is none."""
    pieces = [worked]
    for since, until in away:
        cut = [(a, min(b, since)) for a, b in pieces] + [(max(a, until), b) for a, b in pieces]
        pieces = [(a, b) for a, b in cut if b > a]
    return max(pieces, key=lambda piece: piece[1] - piece[0], default=None)


def _duty(hand: Hand, worked: Hours, lunch: Hours | None, home: Engineer | None, papers: Mapping[str, int]) -> Duty:
    """What a certificate covers less than the skill counts only as far as the certificate goes."""
    skills, expired = {}, []
    for skill, level in hand.skills.items():
        needed = needs_certificate(skill)
        skills[skill] = min(level, papers[skill]) if needed and skill in papers else level
        if needed and skill not in papers:
            expired.append(skill)
    start, end = worked
    place = (home.home_lat, home.home_lon) if home and home.home_lat is not None and home.home_lon is not None else None
    kept = lunch if lunch and start <= lunch[0] and lunch[1] <= end else None
    return Duty(
        hand.account, hand.name, start, end, kept, place, skills, tuple(expired), max(skills.values(), default=0),
        float(home.speed) if home else 1.0, hand.unit,
    )  # fmt: skip
