"""The addresses of personal data handed over, and of how long it is kept."""

from __future__ import annotations

from django.urls import path

from xiuhao.privacy import pages

urlpatterns = [
    path("privacy/retention", pages.kept, name="retention"),
    path("privacy/<slug:number>/held.<slug:kind>", pages.export, name="privacy_held"),
]
