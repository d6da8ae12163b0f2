"""The page on which everybody sees how far suggestions can be trusted, and why there are none yet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xiuhao.kernel import policy, roles
from xiuhao.kernel.words import _
from xiuhao.learning import queries
from xiuhao.learning.models import SUBJECTS
from xiuhao.ui.desk import show, staff
from xiuhao.ui.pages import Nav, register

WHY = {
    "worse": _("测得不如使用中的版本，未启用"),
    "inaccurate": _("测得的准确度低于门槛，未启用"),
}
WHOSE = {"whole": _("整段原话"), "cut": _("只说其中几句"), "strangers": _("不属于学过的任何一类")}


@staff
def learned(request: HttpRequest) -> HttpResponseBase:
    """GET /learning/: each subject with its model in use, how it was measured, what people did with what it suggested."""
    subjects = [_subject(key, label) for key, label in SUBJECTS]
    return show(request, "learning/learned.html", subjects=subjects, table=policy.table_of(queries.THRESHOLD))


def _subject(key: str, label: str) -> dict[str, Any]:
    versions = queries.latest(key)
    used = next((each for each in versions if each.in_use), None)
    fates = queries.fates(key)
    decided = fates.get("taken", 0) + fates.get("overruled", 0)
    report = used.report if used else {"classes": {}, "steps": []}
    names = queries.names(key)
    return {
        "key": key, "label": label, "used": used, "source": queries.source(key), "terms": queries.terms(key),
        "versions": [(each, percent(each.f1), WHY.get(each.refused, "")) for each in versions],
        "figures": [percent(report[name]) for name in ("f1", "accuracy", "sure", "gap")] if used else [],
        "classes": [
            (names.get(name, name), one["n"], percent(one["precision"]), percent(one["recall"])) for name, one in report["classes"].items()
        ],
        "steps": [
            (percent(one["low"]), percent(one["high"]), one["n"], percent(one["said"]), percent(one["right"])) for one in report["steps"]
        ],
        "shown": [_shown(name, one) for name in WHOSE if (one := report.get(name)) and one["n"]],
        "taken": fates.get("taken", 0), "overruled": fates.get("overruled", 0),
        "share": percent(fates.get("taken", 0) / decided) if decided else "",
    }  # fmt: skip


def _shown(name: str, one: dict[str, float]) -> tuple[str, float, str, str]:
    return WHOSE[name], one["n"], percent(one["share"]), percent(one["right"])


def percent(share: float) -> str:
    """0.9312 as "93.1 %"."""
    return f"{100 * share:.1f} %"


register(Nav("learning", _("学习与提示"), "/learning/", "trending-up", roles=roles.READERS | {roles.ADMIN}, group="rules"))
