"""The addresses of the customers' site, and of the staff page of what it set aside."""

from __future__ import annotations

from django.urls import path

from xiuhao.portal.views import apply, money, own_data, prove, quarantine, report, track, visit

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
    path("portal/mine/<str:number>/visit/<str:order>", visit.choose, name="visit"),
    path("portal/mine/<str:number>/returns", apply.apply, name="apply"),
    path("portal/mine/<str:number>/<slug:verb>", track.act, name="act"),
    path("portal/quote/<str:token>", money.quote, name="quote"),
    path("portal/bill/<str:token>", money.bill, name="bill"),
    path("portal/quote/<str:token>/pdf", money.sheet, {"kind": "quote"}, name="quote_pdf"),
    path("portal/bill/<str:token>/pdf", money.sheet, {"kind": "bill"}, name="bill_pdf"),
    path("portal/data", own_data.data, name="data"),
    path("portal/data/consent", own_data.consent, name="consent"),
    path("portal/data/ask", own_data.ask, name="ask_data"),
    path("portal/data/<slug:number>.<slug:kind>", own_data.held, name="held"),
    path("quarantine/", quarantine.listing, name="quarantine"),
    path("quarantine/<int:pk>", quarantine.one, name="quarantined"),
    path("quarantine/<int:pk>/photo/<int:photo>", quarantine.photo, name="quarantined_photo"),
]
