"""Whether it lives: /healthz for load balancers, /healthz/deep and /metrics for the operator."""

from __future__ import annotations

import hmac
import time

from django.db import connection
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from xiuhao.config import metrics
from xiuhao.config.environment import environment

# Seconds (or clocks) beyond which /healthz/deep answers 503.
LIMITS = {"job_oldest_seconds": 900.0, "job_running_seconds": 900.0, "scheduler_lag_seconds": 120.0, "outbox_oldest_seconds": 120.0}
# One statement; each part is answered by an index or counts few rows (old jobs are removed).
_QUERY = """
SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'),
       (SELECT coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0)
          FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
         WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())),
       (SELECT coalesce(extract(epoch FROM now() - min(e.at)), 0)
          FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'started'
         WHERE j.status = 'doing'),
       (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
       (SELECT coalesce(extract(epoch FROM now() - min(next_at)), 0) FROM kernel_caseclock
         WHERE next_at IS NOT NULL AND next_at <= now()),
       (SELECT count(*) FROM kernel_outbox WHERE done_at IS NULL AND NOT dead AND not_before <= now()),
       (SELECT coalesce(extract(epoch FROM now() - min(not_before)), 0) FROM kernel_outbox
         WHERE done_at IS NULL AND NOT dead AND not_before <= now()),
       (SELECT count(*) FROM kernel_outbox WHERE dead),
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())
"""
_NAMES = (
    "jobs_waiting",
    "job_oldest_seconds",
    "job_running_seconds",
    "jobs_failed",
    "scheduler_lag_seconds",
    "outbox_waiting",
    "outbox_oldest_seconds",
    "outbox_dead",
    "database_connections",
)


def vitals() -> dict[str, float]:
    """Lags in seconds and lengths of queues, from the database. Raises django.db.Error where it does not answer."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_QUERY)
        row = cursor.fetchone()
    return {"database_seconds": round(time.perf_counter() - started, 4)} | {
        name: float(value) for name, value in zip(_NAMES, row, strict=True)
    }


def shallow(request: HttpRequest) -> HttpResponse:
    """This process answers. (The port's front answers it before a thread is taken, see `asgi`.)"""
    return HttpResponse("ok\n", content_type="text/plain")


def deep(request: HttpRequest) -> HttpResponse:
    """The figures and which of them are beyond their limit: 200 when none is, else 503."""
    if not _allowed(request):
        return HttpResponse(status=404)
    try:
        figures = vitals()
    except Error as error:
        return JsonResponse({"ok": False, "beyond": ["database"], "error": type(error).__name__}, status=503)
    beyond = [name for name, limit in LIMITS.items() if figures[name] > limit]
    return JsonResponse({"ok": not beyond, "beyond": beyond, "figures": figures}, status=503 if beyond else 200)


def scrape(request: HttpRequest) -> HttpResponse:
    """Prometheus' page; without the database's figures where the database does not answer."""
    if not _allowed(request):
        return HttpResponse(status=404)
    try:
        figures = vitals() | {"database_up": 1.0}
    except Error:
        figures = {"database_up": 0.0}
    body, kind = metrics.page(figures)
    return HttpResponse(body, content_type=kind)


def _allowed(request: HttpRequest) -> bool:
    token = environment.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not request.META.get("xiuhao.forwarded")
