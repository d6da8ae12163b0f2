"""Figures for Prometheus, summed over all our processes by files in <folder>/metrics, and read at /metrics."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

REQUESTS = Counter("xiuhao_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "xiuhao_http_request_seconds", "Time to answer a request", ["route"], buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 5)
)
LIVE = Gauge("xiuhao_live_clients", "Open live-update streams", multiprocess_mode="livesum")
WAITING = Gauge("xiuhao_requests_waiting", "Requests that wait for a free thread", multiprocess_mode="livesum")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request; the route is the URL pattern, so that the number of series stays small."""
    REQUESTS.labels(method if method in _METHODS else "other", route, status).inc()
    SECONDS.labels(route).observe(seconds)


class Vitals:
    """The health figures as gauges, asked from the database at each scrape."""

    def __init__(self, figures: dict[str, float]) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        """One gauge a figure."""
        for name, value in self.figures.items():
            yield GaugeMetricFamily(f"xiuhao_{name}", f"See /healthz/deep: {name}", value=value)


def page(figures: dict[str, float]) -> tuple[bytes, str]:
    """The body of /metrics and its content type."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for own in (REQUESTS, SECONDS, LIVE, WAITING):
            registry.register(own)
    registry.register(Vitals(figures))
    return generate_latest(registry), CONTENT_TYPE_LATEST
