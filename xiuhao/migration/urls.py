"""The pages of a migration."""

from __future__ import annotations

from django.urls import path

from xiuhao.migration import sheet_views, views

app_name = "migration"
urlpatterns = [
    path("migration/", views.upload, name="upload"),
    path("migration/export", views.export, name="export"),
    path("migration/<uuid:pk>", views.run, name="run"),
    path("migration/<uuid:pk>/faults.xlsx", views.faults, name="faults"),
    path("migration/sheet/<slug:subject>", sheet_views.upload, name="sheet"),
    path("migration/sheet/<slug:subject>/template.xlsx", sheet_views.template, name="sheet_template"),
    path("migration/sheet/run/<uuid:pk>", sheet_views.run, name="sheet_run"),
    path("migration/sheet/run/<uuid:pk>/errors.xlsx", sheet_views.errors, name="sheet_errors"),
]
