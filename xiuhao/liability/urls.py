"""The addresses of liability."""

from __future__ import annotations

from django.urls import path

from xiuhao.liability import desk

urlpatterns = [
    path("liability/personal", desk.personal, name="personal_liability"),
    path("sanctions/mine", desk.mine, name="own_sanctions"),
    path("sanctions/mine/<str:number>", desk.own, name="own_sanction"),
]
