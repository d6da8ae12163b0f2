"""How the statistics of a month are drawn up: by the database, a handful of statements however many claims were closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from xiuhao.claim.models import Claim, Improvement
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.process import Ask
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import month_before
from xiuhao.statistics import lateness
from xiuhao.statistics.models import Entry, Line, Monthly

LAST_DAY = 10  # of the month, by whose end it is due
SIGNERS = (r.PRODUCTION, r.QUALITY, r.RESEARCH)

# Which of a claim's liabilities stand here: not one that a later month has told already. And no form that a new one has replaced before
# anything was given: what the customer rejected costs nothing, the new form says what does.
ENTRIES = """
INSERT INTO statistics_entry (monthly_id, claim, ledger_no, product, cause, market, outcome, department, percent, amount, first, earlier)
SELECT %(monthly)s, c.number, coalesce(cl.ledger_no, ''), left(coalesce(m.code, cl.part_no), 80), cl.cause, cl.market, cl.outcome,
       coalesce(s.department, ''), s.percent, coalesce(s.amount, l.loss, cl.amount, 0), coalesce(s.place, 1) = 1, %(earlier)s
  FROM kernel_case c
  JOIN claim_claim cl ON cl.case_id = c.id
  LEFT JOIN complaint_complaint k ON k.case_id = cl.complaint_id
  LEFT JOIN product_model m ON m.id = k.model_id
  LEFT JOIN liability_liability l ON l.claim_id = c.id AND l.decided_at IS NOT NULL AND NOT EXISTS (
         SELECT FROM statistics_entry told
          WHERE told.claim = c.number AND told.earlier AND told.was IS NULL AND told.monthly_id <> %(monthly)s)
  LEFT JOIN liability_share s ON s.liability_id = l.case_id
 WHERE c.process = 'claim' AND c.state = 'closed' AND c.unit_path LIKE %(below)s AND {which}
   AND (cl.executed_on IS NOT NULL OR NOT EXISTS (
         SELECT FROM claim_claim anew JOIN kernel_case k2 ON k2.id = anew.case_id
          WHERE anew.previous_id = c.id AND k2.state <> 'withdrawn'))
 ORDER BY cl.ledger_no, c.id, s.place
"""
CLOSED = ENTRIES.format(which="c.closed_at >= %(since)s AND c.closed_at < %(until)s")
# Closed before, and decided in the month; what an earlier table has told with its departments is not told again.
SETTLED = ENTRIES.format(
    which="""c.closed_at < %(since)s AND l.decided_at >= %(since)s AND l.decided_at < %(until)s AND NOT EXISTS (
         SELECT FROM statistics_entry told WHERE told.claim = c.number AND told.department <> '' AND told.monthly_id <> %(monthly)s)"""
)
# Decided anew in the month, and no longer what the latest table before has told: whoever was told hears of it, department by department.
CHANGED = """
WITH anew AS (
  SELECT c.id, c.number, l.case_id AS liability, coalesce(cl.ledger_no, '') AS ledger_no, left(coalesce(m.code, cl.part_no), 80) AS product,
         cl.cause, cl.market, cl.outcome,
         (SELECT max(told.monthly_id) FROM statistics_entry told
           WHERE told.claim = c.number AND told.department <> '' AND told.monthly_id < %(monthly)s) AS before
    FROM liability_liability l
    JOIN kernel_case c ON c.id = l.claim_id
    JOIN claim_claim cl ON cl.case_id = c.id
    LEFT JOIN complaint_complaint k ON k.case_id = cl.complaint_id
    LEFT JOIN product_model m ON m.id = k.model_id
   WHERE l.decided_at >= %(since)s AND l.decided_at < %(until)s AND c.closed_at < %(since)s AND c.unit_path LIKE %(below)s
), part AS (
  SELECT a.id, s.department, s.percent, s.amount AS now, 0 AS was
    FROM anew a JOIN liability_share s ON s.liability_id = a.liability WHERE a.before IS NOT NULL
  UNION ALL
  SELECT a.id, told.department, NULL, 0, told.amount
    FROM anew a JOIN statistics_entry told ON told.claim = a.number AND told.monthly_id = a.before AND told.department <> ''
     AND told.amount <> 0
), whole AS (
  SELECT id, department, max(percent) AS percent, sum(now) AS now, sum(was) AS was,
         row_number() OVER (PARTITION BY id ORDER BY sum(now) DESC, department) = 1 AS first,
         bool_or(sum(now) <> sum(was)) OVER (PARTITION BY id) AS differs
    FROM part GROUP BY id, department
)
INSERT INTO statistics_entry
       (monthly_id, claim, ledger_no, product, cause, market, outcome, department, percent, amount, first, earlier, was)
SELECT %(monthly)s, a.number, a.ledger_no, a.product, a.cause, a.market, a.outcome, w.department, w.percent, w.now, w.first, TRUE, w.was
  FROM whole w JOIN anew a ON a.id = w.id
 WHERE w.differs
 ORDER BY a.ledger_no, a.id, w.now DESC
"""


def draw_up(step: Step) -> int:
    """Put the month's claims and their figures down as rows; how many claims and liabilities. What stood there of an earlier edition
    goes."""
    record: Monthly = step.record
    since, until = month_before(record.period)
    record.month, record.due_at = f"{since:%Y-%m}", until + timedelta(days=LAST_DAY)
    record.edition += 1
    Line.objects.unscoped("the figures of this very month, drawn up anew").filter(monthly_id=step.case.pk).delete()
    entries = Entry.objects.unscoped("the claims of this very month").filter(monthly_id=step.case.pk)
    entries._raw_delete(entries.db)  # nothing hangs on them: no need to read them first
    where: dict[str, Any] = {"monthly": step.case.pk, "since": since, "until": until, "below": f"{step.case.unit_path}%"}
    with connection.cursor() as cursor:
        cursor.execute(CLOSED, {**where, "earlier": False})
        cursor.execute(SETTLED, {**where, "earlier": True})
        cursor.execute(CHANGED, where)
    settled = entries.filter(earlier=True, first=True).count()
    now = entries.filter(earlier=False)
    total = now.aggregate(closed=Count("pk", filter=Q(first=True)), unsettled=Count("pk", filter=Q(department="")), loss=Sum("amount"))
    record.closed, record.unsettled, record.loss = total["closed"], total["unsettled"], total["loss"] or Decimal(0)
    cases = _counted(step, since, until)
    record.on_time = record.closed - _late_claims(cases)
    for line in (*_summed(now), *_settled(entries.filter(earlier=True)), *_late(cases), *_measures(cases)):
        line.monthly_id = step.case.pk
        step.add(line)
    step.say(closed=record.closed, unsettled=record.unsettled, loss=f"{record.loss:.2f}", edition=record.edition)
    return int(record.closed + settled)


def _counted(step: Step, since: datetime, until: datetime) -> QuerySet[Case]:
    """The claims of `CLOSED`, told from what was there before: of rows that were only just written the planner knows nothing, and would
    look through all of them for each claim."""
    given = Claim.objects.filter(pk=OuterRef("pk"), executed_on__isnull=False)
    anew = Claim.objects.filter(previous=OuterRef("pk")).exclude(case__state="withdrawn")
    rows = Case.objects.unscoped("the claims closed in the month, of the whole branch")
    closed = rows.filter(process="claim", state="closed", closed_at__gte=since, closed_at__lt=until)
    return closed.filter(Exists(given) | ~Exists(anew), unit_path__startswith=step.case.unit_path)


def _summed(entries: QuerySet[Entry]) -> list[Line]:
    """By department, product and cause."""
    found = []
    for kind in ("department", "product", "cause"):
        every = Count("pk") if kind == "department" else Count("pk", filter=Q(first=True))
        rows = entries.order_by().values(kind).annotate(n=every, loss=Sum("amount"))
        found += [Line(kind=kind, key=row[kind], count=row["n"], loss=row["loss"]) for row in rows]
    return found


def _settled(entries: QuerySet[Entry]) -> list[Line]:
    """By department what was decided in the month of claims that an earlier one counted: for the first time, or anew."""
    found = []
    for kind, anew in (("settled", False), ("changed", True)):
        told = entries.filter(was__isnull=not anew).order_by()
        rows = told.values("department").annotate(n=Count("pk"), loss=Sum("amount"), told=Sum("was"))
        found += [Line(kind=kind, key=row["department"], count=row["n"], loss=row["loss"], was=row["told"] or 0) for row in rows]
    return found


def _late_claims(cases: QuerySet[Case]) -> int:
    """How many claims were closed after their limit."""
    rows = CaseClock.objects.filter(case__in=cases, key="total", breached_at__isnull=False, void=False)
    return rows.values("case_id").distinct().count()


def _late(cases: QuerySet[Case]) -> list[Line]:
    """Which departments let a limit of theirs pass, and how often."""
    rows = CaseClock.objects.filter(case__in=cases, breached_at__isnull=False, void=False)
    return [Line(kind="late", key=role, count=n) for role, n in lateness.by_department(rows).items()]


def _measures(cases: QuerySet[Case]) -> list[Line]:
    """What was to be improved by which department, and how much of it works."""
    rows = Improvement.objects.filter(claim_id__in=cases.values("pk")).order_by().values("unit")
    found = rows.annotate(n=Count("pk"), good=Count("pk", filter=Q(effective=True)))
    return [Line(kind="measure", key=row["unit"], count=row["n"], good=row["good"]) for row in found]


# Who is asked


def asks(labels: str) -> dict[str, Ask]:
    """One ask a department, under one key: all are asked at first, whoever objected again afterwards."""
    return {role: Ask("confirm", labels, to=role, each=(role,), clauses=("CS5-9.13",)) for role in SIGNERS}


def all_confirmed(step: Step) -> bool:
    """The latest word of every department is that it agrees."""
    latest = {ask.to_role: ask.outcome for ask in reversed(step.asked("confirm"))}
    return all(latest.get(role) == "agreed" for role in SIGNERS)
