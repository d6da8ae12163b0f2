"""The addresses of the regulation's pages and of the outbox."""

from __future__ import annotations

from django.urls import path

from xiuhao.insight import calendar_pages, outbox_pages, policy_pages, rule_pages

urlpatterns = [
    path("rules/", rule_pages.rules, name="rules"),
    path("rules/<str:id_>/", rule_pages.rule, name="rule"),
    path("rules/<str:id_>/cases", rule_pages.rule_cases, name="rule_cases"),
    path("policies/", policy_pages.policies, name="policies"),
    path("policies/<str:table>/", policy_pages.policy_table, name="policy_table"),
    path("policies/<str:table>/add", policy_pages.add, name="policy_add"),
    path("policies/<str:table>/<int:row>/<slug:kind>", policy_pages.change, name="policy_change"),
    path("calendars/", calendar_pages.calendars, name="calendars"),
    path("calendars/new", calendar_pages.edit, name="calendar_new"),
    path("calendars/holidays/<str:region>/<int:year>/", calendar_pages.holidays, name="holidays"),
    path("calendars/holidays/<str:region>/<int:year>/edit", calendar_pages.edit_holidays, name="holidays_edit"),
    path("calendars/<slug:key>/", calendar_pages.calendar, name="calendar"),
    path("calendars/<slug:key>/edit", calendar_pages.edit, name="calendar_edit"),
    path("outbox/", outbox_pages.outbox, name="outbox"),
]
