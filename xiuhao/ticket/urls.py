"""The desk's own screens, beside those that `ui` makes of the declaration."""

from __future__ import annotations

from django.urls import path

from xiuhao.ticket import call, duplicate_pages, import_pages, macro_pages

app_name = "ticket"
urlpatterns = [
    path("ticket/call", call.call, name="call"),
    path("ticket/call/look", call.look, name="call_look"),
    path("ticket/call/ahead", call.ahead, name="call_ahead"),
    path("ticket/call/hint", call.hint, name="call_hint"),
    path("ticket/call/place", call.place, name="call_place"),
    path("ticket/call/urge/<slug:number>", call.urge, name="call_urge"),
    path("ticket/call/done/<slug:number>", call.called, name="called"),
    path("ticket/macros", macro_pages.every, name="macros"),
    path("ticket/macros/<int:pk>", macro_pages.one, name="macro"),
    path("ticket/macro/<slug:number>", macro_pages.run, name="macro_run"),
    path("ticket/duplicates", duplicate_pages.typed, name="duplicates"),
    path("ticket/import", import_pages.upload, name="import"),
    path("ticket/import/template.xlsx", import_pages.template, name="import_template"),
    path("ticket/import/<uuid:pk>", import_pages.run, name="import_run"),
    path("ticket/import/<uuid:pk>/errors.xlsx", import_pages.errors, name="import_errors"),
]
