"""The pages of a migration."""

from __future__ import annotations

from django.urls import path

from xiuhao.migration import views

app_name = "migration"
urlpatterns = [
    path("migration/", views.upload, name="upload"),
    path("migration/export", views.export, name="export"),
    path("migration/<uuid:pk>", views.run, name="run"),
]
