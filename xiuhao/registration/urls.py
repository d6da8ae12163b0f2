"""The addresses of registrations by file."""

from __future__ import annotations

from django.urls import path

from xiuhao.registration import sheet_pages

urlpatterns = [
    path("registration/sheet", sheet_pages.sheet, name="registration_sheet"),
    path("registration/sheet/template.xlsx", sheet_pages.template, name="registration_template"),
]
