"""The addresses of the customers' site, and of the staff page of what it set aside."""

from __future__ import annotations

from django.urls import path

from xiuhao.portal.views import prove, quarantine, report, track

app_name = "portal"
urlpatterns = [
    path("portal/", report.start, name="start"),
    path("portal/report", report.report, name="report"),
    path("portal/received/<str:receipt>", report.received, name="received"),
    path("portal/photos", report.upload, name="upload"),
    path("portal/photos/<uuid:public_id>", track.photo, name="photo"),
    path("portal/track/<path:token>", track.track, name="track"),
    path("portal/find", prove.find, name="find"),
    path("portal/prove", prove.prove, name="prove"),
    path("portal/leave", prove.leave, name="leave"),
    path("portal/mine", track.mine, name="mine"),
    path("portal/mine/<str:number>", track.mine_case, name="mine_case"),
    path("portal/mine/<str:number>/<slug:verb>", track.act, name="act"),
    path("quarantine/", quarantine.listing, name="quarantine"),
    path("quarantine/<int:pk>", quarantine.one, name="quarantined"),
    path("quarantine/<int:pk>/photo/<int:photo>", quarantine.photo, name="quarantined_photo"),
]
