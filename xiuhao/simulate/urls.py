"""The addresses that only the demo has something to show at."""

from __future__ import annotations

from django.urls import path

from xiuhao.simulate import pages

urlpatterns = [
    path("demo/history", pages.history, name="demo_history"),
    path("demo/what-if", pages.what_if, name="what_if"),
]
