"""The addresses of the desk."""

from __future__ import annotations

from django.urls import path

from xiuhao.ui.api import api
from xiuhao.ui.views import asked, beside, bulk, case, clock, exports, find, home, manual, own, paper, queue, saved, step

urlpatterns = [
    path("api/v1/", api.urls),
    path("api/docs", manual.manual, name="manual"),
    path("", home.home, name="home"),
    path("asked", asked.asked, name="asked"),
    path("inbox", home.inbox, name="inbox"),
    path("inbox/unread", home.unread, name="unread"),
    path("inbox/<int:pk>", home.notice, name="notice"),
    path("find", find.find, name="find"),
    path("settings", own.settings, name="settings"),
    path("views", saved.views, name="views"),
    path("files", own.upload, name="upload"),
    path("files/<uuid:public_id>", own.file, name="file"),
    path("drafts/<path:key>", own.draft, name="draft"),
    path("c/<slug:process>/", queue.queue, name="queue"),
    path("c/<slug:process>/export", exports.export, name="export"),
    path("exports/<uuid:run>", exports.report, name="export_report"),
    path("exports/<uuid:run>/file", exports.file, name="export_file"),
    path("c/<slug:process>/fresh", queue.fresh, name="fresh"),
    path("c/<slug:process>/strip", beside.strip, name="strip"),
    path("c/<slug:process>/new", step.new, name="new"),
    path("c/<slug:process>/bulk/<slug:verb>", bulk.bulk, name="bulk"),
    path("bulk/<uuid:run>", bulk.report, name="bulk_report"),
    path("bulk/<uuid:run>/undo", bulk.undo, name="bulk_undo"),
    path("c/<slug:process>/<slug:number>/", case.case, name="case"),
    path("c/<slug:process>/<slug:number>/here", beside.here, name="here"),
    path("c/<slug:process>/<slug:number>/lines", case.lines, name="lines"),
    path("c/<slug:process>/<slug:number>/panel/<slug:key>", case.panel, name="panel"),
    path("c/<slug:process>/<slug:number>/paper/<slug:key>", paper.print_, name="paper"),
    path("c/<slug:process>/<slug:number>/do/<slug:verb>", step.do, name="do"),
    path("c/<slug:process>/<slug:number>/clock/<int:clock>", clock.trace, name="clock"),
]
