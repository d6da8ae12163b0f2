"""The API tokens of a person or of the account that stands for another system: issued, shown once, revoked."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel.evidence import Moment, Text
from xiuhao.kernel.models import Token
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions, queries
from xiuhao.party.organisation_pages import on_person
from xiuhao.ui.desk import show, staff
from xiuhao.ui.sheet import Several, Sheet, answer


@staff
def issue(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /staff/<pk>/tokens/issue"""
    actor, found, trail = on_person(request, pk)
    needs = (
        Text(key="label", label=_("用途"), longest=80, help=_("给哪个系统用、做什么，如“商城下单后自动建单”。")),
        Moment(key="expires_at", label=_("有效至"), required=False, help=_("不填就一直有效，直到撤销。")),
        Several(key="verbs", label=_("只能做"), options=queries.token_verbs(), help=_("都不选就能做这个账号能做的一切。")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        request.session["token"] = [pk, actions.issue_token(actor, found.account, **given)]
        return _("令牌已签发"), f"/staff/{pk}/token"

    sheet = Sheet("issue_token", _("签发令牌"), request.path, needs, back=f"/staff/{pk}/")
    sheet.intro = _("拿着令牌的系统以 {name} 的身份和岗位调用接口。").format(name=found.account)
    return answer(request, sheet, act, trail=trail)


@staff
def shown_once(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /staff/<pk>/token: the token that was just issued, shown once."""
    _actor, found, trail = on_person(request, pk)
    whose, raw = request.session.pop("token", [None, ""])
    response = show(request, "party/token.html", person=found, raw=raw if whose == pk else "", trail=trail)
    response["Cache-Control"] = "no-store"
    return response


@staff
def revoke(request: HttpRequest, pk: int, token: int) -> HttpResponseBase:
    """GET (asks) and POST /staff/<pk>/tokens/<token>/revoke"""
    actor, found, trail = on_person(request, pk)
    row = Token.objects.select_related("account__unit").filter(pk=token, account=found.account).first()
    if row is None:
        raise Refused("not_found", {}, status=404)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.revoke_token(actor, row)
        return _("令牌已撤销"), f"/staff/{pk}/"

    sheet = Sheet("revoke_token", _("撤销令牌"), request.path, back=f"/staff/{pk}/", bad=True)
    sheet.intro = _("用“{label}”这个令牌的系统从下一次调用起就会被拒绝，不能恢复。").format(label=row.label)
    return answer(request, sheet, act, trail=trail)
