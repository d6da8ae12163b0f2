"""How well each clause is kept: folded from the journal by watermark into daily figures, never scanned; running from open clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, Func, JSONField, OuterRef, QuerySet, Sum
from django.db.models.fields.json import KeyTransform

from xiuhao.kernel.access import Actor, below
from xiuhao.kernel.horizon import ENDED
from xiuhao.kernel.models import Case, CaseClock, ClauseFigure, Journal, Refusal, Unit
from xiuhao.kernel.refusal import Refused

NAME = "figures"
OUTCOMES = ("met", "broken", "running")  # of cases; beside them attempts that were "stopped"

# Claims the watermark (another fold at work: nothing to do) and looks whether there is anything between it and the oldest
# transaction still at work: what is older has ended and the next statement sees it, what is younger comes next time.
_CLAIM = """
SELECT w.txid, x.upto,
  EXISTS (SELECT FROM kernel_journal WHERE txid >= w.txid AND txid < x.upto)
  OR EXISTS (SELECT FROM kernel_refusal WHERE txid >= w.txid AND txid < x.upto),
  EXISTS (SELECT FROM kernel_journal WHERE txid >= w.txid AND txid < x.upto AND jsonb_exists(data, 'lifted'))
FROM kernel_watermark w, LATERAL (SELECT <ended> AS upto) x
WHERE w.name = %s FOR UPDATE OF w SKIP LOCKED
""".replace("<ended>", ENDED)
# The unit of a line is where its case lay then: as the birth and every move since have said.
_FOLD = """
WITH mark AS (
  UPDATE kernel_watermark SET txid = %(upto)s, at = clock_timestamp() WHERE name = %(name)s
), lines AS (
  SELECT j.case_id, j.seq, j.process, j.occurred_at, r.key AS clause, r.value AS outcome
  FROM kernel_journal j, jsonb_each_text(j.rules) r
  WHERE j.txid >= %(since)s AND j.txid < %(upto)s
), placed AS (
  SELECT case_id, seq, (data->>'unit')::bigint AS unit_id, lead(seq) OVER (PARTITION BY case_id ORDER BY seq) AS until
  FROM kernel_journal WHERE case_id IN (SELECT DISTINCT case_id FROM lines) AND jsonb_exists(data, 'unit')
), counted AS (
  SELECT l.clause, l.occurred_at AS at, coalesce(p.unit_id, c.unit_id) AS unit_id, l.process, l.outcome
  FROM lines l JOIN kernel_case c ON c.id = l.case_id
  LEFT JOIN placed p ON p.case_id = l.case_id AND l.seq >= p.seq AND (p.until IS NULL OR l.seq < p.until)
  UNION ALL
  SELECT unnest(f.clauses), f.at, coalesce((
      SELECT (p.data->>'unit')::bigint FROM kernel_journal p
      WHERE p.case_id = f.case_id AND p.recorded_at <= f.at AND jsonb_exists(p.data, 'unit') ORDER BY p.seq DESC LIMIT 1
    ), c.unit_id), f.process, f.outcome
  FROM kernel_refusal f LEFT JOIN kernel_case c ON c.id = f.case_id
  WHERE f.txid >= %(since)s AND f.txid < %(upto)s
)
INSERT INTO kernel_clausefigure AS f (clause, day, unit_id, process, outcome, count)
SELECT clause, (at AT TIME ZONE %(zone)s)::date, unit_id, process, outcome, count(*)
FROM counted n
WHERE NOT EXISTS (
  SELECT FROM kernel_policyrow o WHERE o."table" = 'rulebook.override' AND (o.value->>'off')::boolean
  AND o.match->>'clause' = n.clause AND o.since <= n.at AND (o.until IS NULL OR n.at < o.until))
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (clause, day, unit_id, process, outcome) DO UPDATE SET count = f.count + excluded.count
"""
# A breach that a handset's line has lifted since (`clocks._lift`) is counted no more, on the day and at the unit where it was.
_LIFT = """
WITH lifted AS (
  SELECT b.case_id, b.seq, b.process, b.occurred_at AS at, b.rules
  FROM kernel_journal j, jsonb_each_text(j.data->'lifted') l JOIN kernel_journal b ON b.id = l.value::bigint
  WHERE j.txid >= %(since)s AND j.txid < %(upto)s AND jsonb_exists(j.data, 'lifted') AND b.case_id = j.case_id
), counted AS (
  SELECT r.key AS clause, l.at, l.process, coalesce((
      SELECT (p.data->>'unit')::bigint FROM kernel_journal p
      WHERE p.case_id = l.case_id AND p.seq <= l.seq AND jsonb_exists(p.data, 'unit') ORDER BY p.seq DESC LIMIT 1
    ), c.unit_id) AS unit_id
  FROM lifted l JOIN kernel_case c ON c.id = l.case_id, jsonb_each_text(l.rules) r WHERE r.value = 'broken'
), gone AS (
  SELECT clause, (at AT TIME ZONE %(zone)s)::date AS day, unit_id, process, count(*) AS count FROM counted n
  WHERE NOT EXISTS (
    SELECT FROM kernel_policyrow o WHERE o."table" = 'rulebook.override' AND (o.value->>'off')::boolean
    AND o.match->>'clause' = n.clause AND o.since <= n.at AND (o.until IS NULL OR n.at < o.until))
  GROUP BY 1, 2, 3, 4
)
UPDATE kernel_clausefigure f SET count = f.count - g.count FROM gone g
WHERE (f.clause, f.day, f.process, f.outcome) = (g.clause, g.day, g.process, 'broken') AND f.unit_id IS NOT DISTINCT FROM g.unit_id
"""


@dataclass(frozen=True)
class Figure:
    """Times that a clause was met and broken, clocks of it that run now, and attempts that it stopped: nothing was broken by those."""

    met: int = 0
    broken: int = 0
    running: int = 0
    stopped: int = 0

    @property
    def total(self) -> int:
        return self.met + self.broken

    @property
    def rate(self) -> float | None:
        """Share met of what is decided, 0 to 1; None while nothing is."""
        return self.met / self.total if self.total else None

    @property
    def percent(self) -> str:
        return "" if self.rate is None else f"{100 * self.rate:.1f}%"


@dataclass(frozen=True)
class Figures:
    """One clause over a period: in all, by day, and by unit of the organisation (None: before there was a case)."""

    whole: Figure
    days: list[tuple[date, Figure]] = field(default_factory=list)
    units: list[tuple[Unit | None, Figure]] = field(default_factory=list)


def fold() -> int:
    """Add what the journal and refused attempts have grown by to the daily figures. Returns the rows touched.

    One statement when there is nothing new, three in a transaction when there is. Several at once do no harm: one folds, the others pass.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [NAME])  # most often there is nothing, and no transaction is begun to learn it
        if (claimed := cursor.fetchone()) and not claimed[2] and claimed[0] <= claimed[1]:
            return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [NAME])
        claimed = cursor.fetchone()
        if claimed is None:
            cursor.execute("INSERT INTO kernel_watermark (name, txid) VALUES (%s, 0) ON CONFLICT DO NOTHING", [NAME])
            cursor.execute(_CLAIM, [NAME])
            claimed = cursor.fetchone()
        if claimed is not None and claimed[1] < claimed[0]:
            raise RuntimeError(f"transaction ids went back from {claimed[0]} to {claimed[1]}: after a restore from a dump, raise the epoch")
        if claimed is None or not claimed[2]:
            return 0
        given = {"since": claimed[0], "upto": claimed[1], "zone": settings.TIME_ZONE, "name": NAME}
        cursor.execute(_FOLD, given)
        touched: int = cursor.rowcount
        if claimed[3]:
            cursor.execute(_LIFT, given)
    return touched


def totals(actor: Actor, since: date | None = None, until: date | None = None) -> dict[str, Figure]:
    """Every clause's figure in a period (both days included) in the units that the actor reads. Two statements."""
    found: dict[str, dict[str, int]] = {}
    for clause, outcome, count in _rows(actor, since, until).values_list("clause", "outcome").annotate(n=Sum("count")).order_by():
        found.setdefault(clause, {})[outcome] = count
    for clause, count in running(actor).items():
        found.setdefault(clause, {})["running"] = count
    return {clause: Figure(**counts) for clause, counts in found.items()}


def figures(clause: str, since: date | None, until: date | None, actor: Actor) -> Figures:
    """One clause in a period (both days included), in the units that the actor reads."""
    days: dict[date, dict[str, int]] = {}
    units: dict[int | None, dict[str, int]] = {}
    for day, unit, outcome, count in _rows(actor, since, until).filter(clause=clause).values_list("day", "unit_id", "outcome", "count"):
        for where in (days.setdefault(day, {}), units.setdefault(unit, {})):
            where[outcome] = where.get(outcome, 0) + count
    whole = {outcome: sum(counts.get(outcome, 0) for counts in days.values()) for outcome in ("met", "broken", "stopped")}
    names = Unit.objects.in_bulk([pk for pk in units if pk])
    return Figures(
        Figure(**whole, running=running(actor).get(clause, 0)),
        [(day, Figure(**days[day])) for day in sorted(days)],
        sorted(((names.get(pk or 0), Figure(**counts)) for pk, counts in units.items()), key=lambda row: (-row[1].broken, -row[1].met)),
    )


def running(actor: Actor) -> dict[str, int]:
    """Clause → open clocks that carry it and are not broken, in the units that the actor reads. One statement over open clocks."""
    rows = CaseClock.objects.filter(stopped_at=None, void=False, breached_at=None)
    paths = _paths(actor)
    if paths is not None:
        rows = rows.filter(below(paths, "case__unit_path"))
    found: dict[str, int] = {}
    for clauses, count in rows.values_list("clauses").annotate(n=Count("*")).order_by():  # by the index alone
        for clause in clauses:
            found[clause] = found.get(clause, 0) + count
    return found


def cases(clause: str, outcome: str, actor: Actor, since: Any = None, until: Any = None) -> QuerySet[Case]:
    """The cases in which a clause was met or broken between two moments, or runs now; those that the actor sees, newest first.

    Refused("unknown_outcome", 404).
    """
    seen = Case.objects.visible_to(actor).order_by("-pk")
    if outcome == "running":
        clocks = CaseClock.objects.filter(stopped_at=None, void=False, breached_at=None, clauses__contains=[clause])
        return seen.filter(pk__in=clocks.values("case_id"))
    if outcome not in OUTCOMES:
        raise Refused("unknown_outcome", {"outcome": outcome[:20]}, status=404)
    lines = _between(Journal.objects.filter(rules__contains={clause: outcome}).exclude(rules={}), "occurred_at", since, until)
    if outcome == "broken":
        lines = lines.exclude(Exists(_lifting()))
    beside = _between(Refusal.objects.filter(clauses__contains=[clause], outcome=outcome, case__isnull=False), "at", since, until)
    return seen.filter(pk__in=lines.order_by().values("case_id").union(beside.order_by().values("case_id")))


def _lifting() -> QuerySet[Journal]:
    """For `Exists` on a line: that of its case which says that this breach was none."""
    told = Func(KeyTransform("lifted", "data"), template="jsonb_path_query_array(%(expressions)s, '$.*')", output_field=JSONField())
    this = Func(OuterRef("pk"), function="to_jsonb", output_field=JSONField())
    later = Journal.objects.filter(case_id=OuterRef("case_id"), seq__gt=OuterRef("seq"), data__has_key="lifted")
    return later.annotate(lifts=told).filter(lifts__contains=this)


def stopped(clause: str, actor: Actor, since: Any = None, until: Any = None) -> QuerySet[Refusal]:
    """The attempts that a clause stopped between two moments, newest first: on cases that the actor reads; those before there was a
    case for whoever reads the whole house."""
    stood = Refusal.objects.filter(clauses__contains=[clause], outcome="stopped").select_related("case").order_by("-at", "-pk")
    rows = _between(stood, "at", since, until)
    paths = _paths(actor)
    if paths is not None:
        rows = rows.filter(below(paths, "case__unit_path"), case__in=Case.objects.visible_to(actor))
    found: QuerySet[Refusal] = rows
    return found


def by_whom(clause: str, actor: Actor, since: Any = None, until: Any = None, most: int = 10) -> list[tuple[str, int]]:
    """In whose hands the clause was broken: (name of the case's owner, cases), most first; "" is a case that nobody owns."""
    rows = (
        cases(clause, "broken", actor, since, until).order_by().values("owner__name").annotate(n=Count("pk")).order_by("-n", "owner__name")
    )
    return [(row["owner__name"] or "", row["n"]) for row in rows[:most]]


def _between(rows: Any, column: str, since: Any, until: Any) -> Any:
    if since is not None:
        rows = rows.filter(**{f"{column}__gte": since})
    return rows.filter(**{f"{column}__lt": until}) if until is not None else rows


def _paths(actor: Actor) -> list[str] | None:
    """The branches whose figures an actor reads; None is everything."""
    return None if actor.kind == "system" or actor.reads_all else actor.reading_paths()


def _rows(actor: Actor, since: date | None, until: date | None) -> QuerySet[ClauseFigure]:
    rows = ClauseFigure.objects.all()
    paths = _paths(actor)
    if paths is not None:
        rows = rows.filter(unit_id__in=Unit.objects.filter(below(paths, "path")).values("pk"))
    if since:
        rows = rows.filter(day__gte=since)
    return rows.filter(day__lte=until) if until else rows
