"""The addresses of the statistics."""

from __future__ import annotations

from django.urls import path

from xiuhao.statistics import report

urlpatterns = [
    path("reports/complaints", report.complaints, name="complaint_reports"),
    path("statistics/<str:number>/entries", report.entries, name="statistics_entries"),
]
