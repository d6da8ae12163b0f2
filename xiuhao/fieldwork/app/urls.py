"""Addresses of the engineer's app, below /app/, and of the page on which its conflicts are decided."""

from __future__ import annotations

from django.urls import path

from xiuhao.fieldwork.app import held, views

urlpatterns = [
    path("app/", views.shell, name="app"),
    path("app/worker.js", views.worker, name="worker"),
    path("app/manifest.webmanifest", views.manifest, name="manifest"),
    path("app/api/handset", views.handset, name="handset"),
    path("app/api/close", views.close, name="close"),
    path("app/api/sync", views.batch, name="sync"),
    path("app/api/work", views.work, name="work"),
    path("app/api/shots", views.announce, name="shots"),
    path("app/api/shots/<uuid:public_id>", views.piece, name="shot"),
    path("field/held", held.listing, name="held"),
    path("field/held/<int:pk>", held.one, name="held_one"),
]
