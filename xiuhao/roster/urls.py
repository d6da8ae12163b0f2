"""The addresses of the roster."""

from __future__ import annotations

from django.urls import path

from xiuhao.roster import pages

urlpatterns = [
    path("roster/", pages.roster, name="roster"),
    path("roster/leave", pages.leaves, name="leaves"),
    path("roster/leave/new", pages.new_leave, name="new_leave"),
    path("roster/leave/<int:pk>/withdraw", pages.withdraw_leave, name="withdraw_leave"),
    path("roster/certificates", pages.certificates, name="certificates"),
    path("roster/certificates/new", pages.new_certificate, name="new_certificate"),
    path("roster/certificates/<int:pk>/withdraw", pages.withdraw_certificate, name="withdraw_certificate"),
    path("roster/<int:pk>/home", pages.home, name="engineer_home"),
    path("roster/<int:pk>/<str:day>", pages.shift, name="shift"),
]
