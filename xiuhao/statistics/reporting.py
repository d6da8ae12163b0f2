"""The figures of the reports on complaints: counted by the database for the units that somebody reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from xiuhao.claim.models import CAUSES, MARKETS, Claim
from xiuhao.complaint.models import CONTENTS, SEVERITIES, Complaint
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor, below
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.time import local, zone
from xiuhao.kernel.words import _
from xiuhao.product.models import Model
from xiuhao.statistics import lateness
from xiuhao.statistics.labels import named
from xiuhao.statistics.queries import shares

READERS = frozenset({r.QUALITY, r.OFFICE, r.MANAGER, r.DIRECTOR, r.DEPUTY, r.AUDITOR, r.FINANCE})
MONTHS = 12
MOST = 12  # bars of a chart; the rest together
PROCESSES = ("complaint", "claim")
# What was granted: decided, and no form that another has replaced before anything was given.
_ANEW = Exists(Claim.objects.filter(previous=OuterRef("pk")).exclude(case__state="withdrawn"))
GRANTED = Q(case__state__in=("decided", "closed")) & (Q(executed_on__isnull=False) | ~Q(_ANEW))


class Percentile(Aggregate):
    """The value below which so much of a duration lies."""

    function = "percentile_cont"
    template = "%(function)s(%(at)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Wanted:
    """What is asked for: of which units, from when to when, of which product (id) and market; 0 and "" are all."""

    actor: Actor
    since: datetime
    until: datetime
    product: int = 0
    market: str = ""

    @property
    def paths(self) -> list[str]:
        """The units whose figures this actor reads."""
        return [at for role, at in self.actor.grants if role in READERS]

    def complaints(self, field: str = "opened_at") -> QuerySet[Complaint]:
        """The complaints that came in, or by `closed_at` ended, in the time."""
        times = {f"case__{field}__gte": self.since, f"case__{field}__lt": self.until}
        rows = Complaint.objects.filter(below(self.paths, "case__unit_path"), case__process="complaint", **times)
        if self.product:
            rows = rows.filter(model_id=self.product)
        return rows.filter(pk__in=Claim.objects.filter(market=self.market).values("complaint_id")) if self.market else rows

    def claims(self, field: str = "opened_at") -> QuerySet[Claim]:
        """The claims that came in, or by `closed_at` ended, in the time."""
        times = {f"case__{field}__gte": self.since, f"case__{field}__lt": self.until}
        rows = Claim.objects.filter(below(self.paths, "case__unit_path"), case__process="claim", **times)
        if self.product:
            rows = rows.filter(complaint__model_id=self.product)
        return rows.filter(market=self.market) if self.market else rows


@dataclass(frozen=True)
class Bar:
    """One line of a Pareto: what it counts (empty: several, or what has no name), how many, how much in yuan (None: not a matter of
    money), percent of all and running sum."""

    key: str
    label: str
    count: int
    amount: Decimal | None
    part: Decimal
    upto: Decimal


@dataclass(frozen=True)
class Speed:
    """How long a class takes from coming in to its end, in days."""

    label: str
    count: int
    median: Decimal
    most: Decimal


@dataclass(frozen=True)
class Month:
    """How many complaints a month had, beside its requests: `rate` for every hundred of these, None without any."""

    month: str
    complaints: int
    requests: int
    rate: Decimal | None


def _bars(found: Iterable[tuple[str, str, int, Decimal | None]]) -> list[Bar]:
    """Greatest first; what is beyond `MOST` together at the end."""
    rows = sorted(found, key=lambda row: (-row[2], row[1]))
    if len(rows) > MOST:
        rest = rows[MOST - 1 :]
        money = None if rest[0][3] is None else sum((row[3] or Decimal(0) for row in rest), Decimal(0))
        rows = [*rows[: MOST - 1], ("", str(_("其他")), sum(row[2] for row in rest), money)]
    parts = shares([row[2] for row in rows])
    return [Bar(*row, part, upto) for row, (part, upto) in zip(rows, parts, strict=True)]


def contents_and_products(wanted: Wanted) -> tuple[list[Bar], list[Bar]]:
    """What complaints are about, and which models: one statement for both."""
    words, about, models = dict(CONTENTS), Counter[str](), Counter[int | None]()
    for content, model, n in wanted.complaints().order_by().values_list("content", "model_id").annotate(n=Count("pk")):
        about[content] += n
        models[model] += n
    known = Model.objects.in_bulk([pk for pk in models if pk])
    named_models = ((str(pk or ""), str(known[pk]) if pk in known else str(_("未填型号")), n, None) for pk, n in models.items())
    return _bars((key, str(words.get(key, key)), n, None) for key, n in about.items()), _bars(named_models)


def causes_and_parts(wanted: Wanted) -> tuple[list[Bar], list[Bar]]:
    """Cause classes of claims and their part numbers, with what was granted of them: one statement for both."""
    why: dict[str, tuple[int, Decimal]] = {}
    part: dict[str, tuple[int, Decimal]] = {}
    counted = wanted.claims().order_by().values_list("cause", "part_no").annotate(n=Count("pk"), money=Sum("amount", filter=GRANTED))
    for cause, number, n, money in counted:
        for found, key in ((why, cause), (part, number)):
            many, much = found.get(key, (0, Decimal(0)))
            found[key] = many + n, much + (money or 0)
    causes = _bars((key, named("cause", key), *sums) for key, sums in why.items())
    return causes, _bars((key, key, *sums) for key, sums in part.items())


def speeds(wanted: Wanted) -> list[Speed]:
    """How long complaints that ended in the time took from coming in, by severity and by content."""
    ended = wanted.complaints("closed_at").filter(case__state="closed")  # what was withdrawn was not solved
    return [*_speeds(ended, "severity", _("严重程度"), SEVERITIES), *_speeds(ended, "content", _("投诉内容"), CONTENTS)]


def claim_speeds(wanted: Wanted) -> list[Speed]:
    """The same of claims, from their number on, by market, which has limits of its own, and by cause."""
    ended = wanted.claims("closed_at").filter(case__state="closed")
    classes = (("market", _("内外销"), MARKETS), ("cause", _("原因类别"), CAUSES))
    return [speed for field, what, names in classes for speed in _speeds(ended, field, what, names, "registered_at")]


def _speeds(ended: QuerySet[Any], field: str, what: str, names: Sequence[tuple[str, Any]], since: str = "case__opened_at") -> list[Speed]:
    """Median and ninth decile by one class, in the order of its names. One statement."""
    took = ExpressionWrapper(F("case__closed_at") - F(since), DurationField())
    rows = ended.filter(**{f"{since}__isnull": False}).order_by().values(field)
    found = rows.annotate(n=Count("pk"), median=Percentile(took, at=0.5), most=Percentile(took, at=0.9))
    by = {row[field]: row for row in found}
    return [Speed(f"{what} · {label}", by[key]["n"], _days(by[key]["median"]), _days(by[key]["most"])) for key, label in names if key in by]


def _days(took: timedelta) -> Decimal:
    return round(Decimal(took.total_seconds()) / 86400, 1)


def overdue(wanted: Wanted) -> list[Bar]:
    """Limits that passed in the time, by the department whose they were."""
    late = Q(breached_at__gte=wanted.since, breached_at__lt=wanted.until, void=False, case__process__in=PROCESSES)
    if wanted.product or wanted.market:
        late &= Q(case__in=_narrowed(wanted))
    counted = lateness.by_department(CaseClock.objects.filter(late, below(wanted.paths, "case__unit_path")))
    return _bars((role, named("late", role), n, None) for role, n in counted.items())


def _narrowed(wanted: Wanted) -> QuerySet[Case]:
    """The complaints and claims of one product or market."""
    claims = Claim.objects.filter(**({"market": wanted.market} if wanted.market else {}))
    if wanted.product:
        claims = claims.filter(complaint__model_id=wanted.product)
    complaints = Complaint.objects.filter(model_id=wanted.product) if wanted.product else Complaint.objects.all()
    if wanted.market:
        complaints = complaints.filter(pk__in=claims.values("complaint_id"))
    rows = Case.objects.unscoped("counted for the units that the actor reads")
    return rows.filter(Q(pk__in=claims.values("pk")) | Q(pk__in=complaints.values("pk")))


def trend(wanted: Wanted) -> list[Month]:
    """The twelve months up to the end of the time."""
    last = local(wanted.until - timedelta(seconds=1)).date().replace(day=1)
    months = [last]
    while len(months) < MONTHS:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    first = datetime(months[0].year, months[0].month, 1, tzinfo=zone())
    span = Wanted(wanted.actor, first, wanted.until, wanted.product, wanted.market)
    cases = Case.objects.unscoped("counted for the units that the actor reads").filter(
        below(span.paths), process__in=("ticket", "complaint"), opened_at__gte=first, opened_at__lt=wanted.until
    )
    counted = _by_month(cases, "process", "opened_at")
    if span.product or span.market:
        narrowed = _by_month(span.complaints(), "case__process", "case__opened_at")
        counted = {key: n for key, n in counted.items() if key[0] == "ticket"} | narrowed
    found = []
    for day in months:
        key = f"{day:%Y-%m}"
        many, of = counted.get(("complaint", key), 0), counted.get(("ticket", key), 0)
        found.append(Month(key, many, of, round(Decimal(100 * many) / of, 1) if of else None))
    return found


def _by_month(rows: QuerySet[Any], process: str, at: str) -> dict[tuple[str, str], int]:
    """(process, month) → how many."""
    found = rows.order_by().annotate(month=TruncMonth(at, tzinfo=zone())).values_list(process, "month").annotate(n=Count("pk"))
    return {(key, f"{local(month):%Y-%m}"): n for key, month, n in found}


def offered() -> list[tuple[str, str]]:
    """The models that have been complained about, in the order of the catalogue."""
    rows = Model.objects.filter(Exists(Complaint.objects.filter(model_id=OuterRef("pk")))).order_by("code")[:200]
    return [(str(model.pk), str(model)) for model in rows]
