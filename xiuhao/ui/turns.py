"""Where an ask stands that a row of authority puts to several posts: which step it is, with whom, and who has agreed already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from xiuhao.kernel.models import CaseAsk
from xiuhao.kernel.roles import LABELS


def turns(asked: Iterable[CaseAsk]) -> dict[int, str]:
    """In words, by the key of the ask; none for those that are put to one post alone. One statement, and only where there are any."""
    several = [ask for ask in asked if ask.part]
    done: dict[tuple[int, str], list[CaseAsk]] = {}
    wanted = {ask.opened_by_line_id for ask in several}
    for ask in CaseAsk.objects.filter(opened_by_line__in=wanted, outcome="partly").order_by("answered_at", "pk") if wanted else ():
        done.setdefault((ask.opened_by_line_id, ask.key), []).append(ask)
    return {ask.pk: _said(ask, done.get((ask.opened_by_line_id, ask.key), ())) for ask in several}


def _said(ask: CaseAsk, done: Sequence[CaseAsk]) -> str:
    posts = [role for stage in ask.posts for role in stage]
    stage = next(stage for stage in ask.posts if posts[ask.part - 1] in stage)
    said = [_("第 {turn} 步，共 {turns} 步").format(turn=len(done) + 1, turns=len(posts))]
    if len(stage) > 1:
        said.append(_("{posts}会同，都同意才算").format(posts=_("、").join(str(LABELS[role]) for role in stage)))
    if done:
        names = (_("{name}（{post}）").format(name=each.answered_name, post=LABELS[posts[each.part - 1]]) for each in done)
        said.append(_("已同意：{who}").format(who=_("、").join(names)))
    return _("；").join(said)
