"""People are hired, given posts within what their keeper holds, and lose everything at once when they leave."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from xiuhao.kernel import accounts, invitations
from xiuhao.kernel import roles as r
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.models import Account, Grant
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party import actions, queries
from xiuhao.party.models import Staff

pytestmark = pytest.mark.django_db


def hire(login: str = "new", **more: object) -> actions.Hired:
    return actions.hire(cast.actor("admin"), login=login, name="新员工", unit=cast.unit("一组"), **more)  # type: ignore[arg-type]


def code_of(act: object) -> str:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    return refused.value.code


def test_who_is_hired_has_posts_skills_and_an_invitation_but_no_password() -> None:
    made = hire(posts=((r.AGENT, cast.unit("一组")),), skills={"mobile": 2}, languages=("cmn", "wuu"), phone="13800138000", max_load=5)
    assert not made.account.has_usable_password()
    assert actor_of(made.account).grants == ((r.AGENT, cast.unit("一组").path),)
    assert invitations.holder(made.token)[0] == made.account
    second = actions.invite(cast.actor("admin"), made.account)
    assert invitations.holder(second)[0] == made.account
    assert code_of(lambda: invitations.holder(made.token)) == "invitation_invalid", "L6: an earlier invitation no longer holds"
    [hand] = [h for h in queries.hands(r.AGENT) if h.account == made.account.pk]
    assert (hand.skills, hand.languages, hand.room) == ({"mobile": 2}, {"cmn", "wuu"}, 5)
    assert hand.can("mobile", 2, "wuu") and not hand.can("mobile", 3) and not hand.can("laundry") and not hand.can(language="yue")


def test_hands_are_found_by_their_load_alone_least_loaded_first_and_only_those_on_duty() -> None:
    queries.hands(r.AGENT)  # the roster is kept from here on
    with CaptureQueriesContext(connection) as asked:
        found = queries.hands(r.AGENT, r.EXPERT)
    assert len(asked) <= 2, "the load, and outside of a transaction the stamp of the roster"
    assert {h.name for h in found} == {"客服安", "客服白", "专家童", "外省魏"}
    actions.set_duty(cast.actor("agent"), Staff.objects.visible_to(cast.actor("agent")).get(pk=cast.account("agent").pk), False)
    assert "客服安" not in {h.name for h in queries.hands(r.AGENT)}
    assert {h.name for h in queries.hands(r.AGENT, path=cast.unit("四川公司").path)} == {"外省魏"}


def test_V6_nobody_gives_themselves_a_post_or_others_more_than_they_may() -> None:
    admin, manager, lead = cast.actor("admin"), cast.actor("manager"), cast.actor("lead")
    head, agent = cast.unit("总部"), cast.account("agent")
    before = Grant.objects.count()
    assert code_of(lambda: actions.grant(admin, cast.account("admin"), r.MANAGER, head)) == "not_for_oneself"
    assert code_of(lambda: actions.grant(manager, agent, r.ADMIN, head)) == "not_allowed"
    assert code_of(lambda: actions.grant(manager, agent, r.AUDITOR, head)) == "not_allowed"
    assert code_of(lambda: actions.grant(lead, agent, r.EXPERT, cast.unit("一组"))) == "not_allowed"
    assert code_of(lambda: actions.grant(admin, agent, "king", head)) == "role_unknown"
    assert code_of(lambda: actions.revoke(manager, cast.account("admin").grants.get())) == "not_allowed"
    assert Grant.objects.count() == before
    assert actions.grant(manager, agent, r.EXPERT, cast.unit("一组")).pk
    assert actor_of(cast.account("agent")).holds(r.EXPERT)


def test_V6_a_keeper_cannot_borrow_a_power_by_resetting_a_log_in() -> None:
    manager = cast.actor("manager")
    for act in (lambda: actions.invite(manager, cast.account("admin")), lambda: actions.retire(manager, cast.account("auditor"))):
        assert code_of(act) == "not_allowed"
    assert cast.account("auditor").is_active


def test_A5_L4_who_leaves_is_out_at_once_with_sessions_tokens_posts_and_invitations() -> None:
    made = hire(posts=((r.AGENT, cast.unit("一组")),))
    made.account.set_password(cast.PASSWORD)
    made.account.save()
    accounts.issue_token(made.account, "t")
    browser = Client()
    browser.post("/accounts/login/", {"login": "new", "password": cast.PASSWORD})
    assert browser.get("/settings").status_code == 200
    assert actions.retire(cast.actor("admin"), made.account, "离职") == 0
    assert browser.get("/settings").status_code == 302
    account = Account.objects.get(pk=made.account.pk)
    assert not account.is_active
    assert not account.grants.exists()
    assert not account.tokens.filter(revoked_at=None).exists()
    assert not account.invitations.filter(used_at=None, expires_at__gt=now()).exists()
    assert actor_of(account).grants == ()
    assert code_of(lambda: actions.invite(cast.actor("admin"), account)) == "account_retired"


def test_a_log_in_name_is_taken_once_and_wrong_facts_are_refused() -> None:
    hire()
    admin, staff = cast.actor("admin"), Staff.objects.visible_to(cast.actor("admin")).get(pk=cast.account("agent").pk)
    assert code_of(hire) == "login_taken"
    assert code_of(lambda: hire("b", skills={"flying": 1})) == "skill_unknown"
    assert code_of(lambda: hire("c", languages=("tlh",))) == "language_unknown"
    assert code_of(lambda: actions.update_staff(admin, staff, max_load=5000)) == "out_of_range"
    assert code_of(lambda: actions.set_skills(admin, staff, {"mobile": 4})) == "level_unknown"
    assert not Account.objects.filter(login__in=("b", "c")).exists()
    assert dict(staff.skills.values_list("skill__key", "level"))["mobile"] == 1
