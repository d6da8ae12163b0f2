"""Why somebody cannot do a job, or nobody can, in words. The rules are the optimiser's (`engine.rules`); the sentences are here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST = 3  # reasons in one line


def why_not(reason: Any) -> str:
    """A reason of the optimiser (`rule`, `words`) in a sentence."""
    return _sentence(reason.rule, reason.words)


def why_left(reasons: Sequence[Sequence[Any]]) -> str:
    """Why nobody has a job: the reasons as `PlanRun.left_out` keeps them, the commonest first, with how many they hold back."""
    told = []
    for rule, words, engineers in reasons[:MOST]:
        said = _sentence(rule, words)
        count = ngettext("{n} 人", "{n} 人", engineers).format(n=engineers) if engineers else ""
        told.append(_("{why}（{count}）").format(why=said, count=count) if count else said)
    return _("；").join(told) if told else _("没有人在岗")


def _sentence(rule: str, words: Mapping[str, Any]) -> str:
    found = _told().get(rule)
    return found.format_map(_Words(words)) if found else rule


class _Words(dict[str, Any]):
    """What a sentence names and the reason does not say is a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def _told() -> dict[str, str]:
    """Rule → sentence, in the language of the moment."""
    return {
        "frozen": _("已开始或马上出发，不能再动"),
        "pinned": _("已锁定给别人"),
        "banned": _("客户不要这位工程师"),
        "area": _("不去 {area}"),
        "skill": _("没有这项技能"),
        "certificate": _("证书已过期"),
        "level": _("等级不够：要 {level} 级，有 {had} 级"),
        "tool": _("缺工具 {tool}"),
        "part": _("缺备件"),
        "shift": _("班内排不下"),
        "lunch": _("与午休冲突"),
        "stock": _("随车备件不够"),
        "window": _("赶不上约定时段"),
        "promises": _("会耽误已约好的客户"),
        "full": _("当天已排满"),
        "dear": _("能排，但代价高于改天做"),
        "waits": _("在等备件或客户"),
        "other_day": _("排在别的日子"),
        "window_later": _("约在以后的日子"),
    }


def note(code: str) -> str:
    """What a plan rests on that one ought to know."""
    return {
        "travel_estimate": _("行程时间按距离和车速估算。"),
        "travel_service": _("行程时间来自路网服务。"),
        "travel_fallback": _("路网服务没有应答，行程时间改按距离和车速估算。"),
        "ran_out": _("计算时间已用完；再算久一些可能更好。"),
    }.get(code, code)
