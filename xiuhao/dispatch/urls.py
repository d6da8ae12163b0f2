"""Addresses of dispatch: the board, what it asks for by itself, plans."""

from __future__ import annotations

from django.urls import path

from xiuhao.dispatch import board_pages, job_pages, run_pages

app_name = "dispatch"
urlpatterns = [
    path("dispatch/", board_pages.board, name="board"),
    path("dispatch/map", board_pages.chart, name="map"),
    path("dispatch/move", job_pages.move, name="move"),
    path("dispatch/job/<slug:number>", job_pages.job, name="job"),
    path("dispatch/job/<slug:number>/pin", job_pages.pin, name="pin"),
    path("dispatch/plan/<slug:kind>", run_pages.plan, name="plan"),
    path("dispatch/runs", run_pages.runs, name="runs"),
    path("dispatch/runs/<uuid:pk>", run_pages.run, name="run"),
]
