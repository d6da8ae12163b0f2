"""Addresses of calls: what telephone systems report to, the pop and the script of an agent, figures, the script's editor."""

from __future__ import annotations

from django.urls import path

from xiuhao.calls import check_pages, editor, reports, talk, telephony

app_name = "calls"
urlpatterns = [
    path("telephony/events", telephony.events, name="events"),
    path("calls/pop", talk.pop, name="pop"),
    path("calls/start", talk.start, name="start"),
    path("calls/answers", talk.look_up, name="look_up"),
    path("calls/figures", reports.figures, name="figures"),
    path("calls/extensions", reports.extensions, name="extensions"),
    path("calls/extensions/set", reports.extension, name="extension"),
    path("calls/script", editor.script_page, name="script"),
    path("calls/script/new", editor.new, name="script_new"),
    path("calls/script/<int:pk>/withdraw", editor.withdraw, name="script_withdraw"),
    path("calls/<slug:number>/walk", talk.walk, name="walk"),
    path("calls/<slug:number>/back", talk.back, name="back"),
    path("calls/<slug:number>/hang", talk.hang, name="hang"),
    path("calls/<slug:number>/check", check_pages.check, name="check"),
    path("calls/<slug:number>/state", talk.state, name="state"),
]
