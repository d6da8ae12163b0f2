"""A report of wrongdoing: read by the trusted alone, by nobody whom it concerns, and its source by nobody (CS3-4.3, ours)."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.complaints import do
from tests.ui.desk import sit
from xiuhao.complaint.models import Tipoff
from xiuhao.kernel import accounts, dispatcher, engine
from xiuhao.kernel.models import Case, CaseClock, Content, Grant, Journal, Message
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
TOLD = {"person": "总办某人", "matter": "泄漏招标底价canary", "source": "线人canary王五"}


def file(about: str = "", who: str = "agent") -> Case:
    given = {**TOLD, **({"about": account(about).pk} if about else {"concerns": "outside"})}
    return engine.perform("tipoff", "file", actor=actor(who), given=given).case


def pages(client: Client, case: Case) -> list[str]:
    """Everything by which one could come upon it."""
    urls = (
        f"/c/tipoff/{case.number}/", f"/c/tipoff/{case.number}/timeline", "/c/tipoff/", "/c/tipoff/?view=closed", f"/find?q={case.number}",
        "/find?q=canary", "/", "/inbox", "/asked",
    )  # fmt: skip
    return [client.get(url).content.decode() for url in urls]


def betrayed(login: str, case: Case) -> bool:
    """Whether a page tells of it; the number alone is only what was asked for, given back."""
    return any(sign in page for page in pages(sit(login), case) for sign in (f'href="/c/tipoff/{case.number}', "招标底价", "总办某人"))


def by_api(login: str, url: str) -> tuple[int, str]:
    token = accounts.issue_token(account(login), "test")[1]
    answer = Client(headers={"authorization": f"Bearer {token}"}).get(url)
    return answer.status_code, answer.content.decode()


def test_whom_it_concerns_sees_it_nowhere_though_they_hold_the_office() -> None:
    case = file(about="office")
    while dispatcher.round():
        continue
    assert not betrayed("office", case)
    assert sit("office").get(f"/c/tipoff/{case.number}/").status_code == 404
    assert by_api("office", f"/api/v1/tipoff/{case.number}")[0] == 404
    assert case.number not in by_api("office", "/api/v1/tipoff")[1]
    assert not Message.objects.filter(case=case).exists(), "nobody's inbox tells of it"
    with pytest.raises(Refused, match="not_found"):
        do(case, "handle", "office", process="tipoff", findings="无此事")
    other = file()
    assert sit("office").get(f"/c/tipoff/{other.number}/").status_code == 200, "of others it is their work"
    assert by_api("office", f"/api/v1/tipoff/{other.number}")[0] == 200
    do(case, "handle", "director", process="tipoff", findings="查实")
    assert do(case, "close", "director", process="tipoff", outcome="处分").case.state == "closed"


@pytest.mark.parametrize("login", ["agent", "manager", "auditor", "admin", "lead"])
def test_nobody_else_sees_it_not_even_who_took_it_down(login: str) -> None:
    case = file(about="manager")
    assert not Case.objects.visible_to(actor(login)).filter(pk=case.pk).exists()
    assert not betrayed(login, case)


def test_the_source_is_sealed_and_shown_to_nobody() -> None:
    case = file()
    assert Tipoff.objects.get(pk=case.pk).source == TOLD["source"], "kept, sealed"
    assert "source" not in Journal.objects.get(case_id=case.pk).data.get("contents", {})
    assert not Content.objects.filter(case=case, key="source").exists()
    seen = "".join(pages(sit("director"), case)) + by_api("director", f"/api/v1/tipoff/{case.number}")[1]
    assert case.number in seen and "泄漏招标底价" in seen and "线人canary" not in seen
    with pytest.raises(Refused, match="source_missing"):
        engine.perform("tipoff", "file", actor=actor("agent"), given={**TOLD, "source": "", "concerns": "outside"})
    with pytest.raises(Refused, match="about_you"):
        file(about="agent")


def test_when_it_waits_too_long_the_one_is_told_whom_it_does_not_concern() -> None:
    levels = {}
    for about in ("office", "director"):
        row = CaseClock.objects.get(case=file(about=about), key="handling")
        levels[about] = [level["to"] for level in row.levels]
    assert levels == {"office": ["director"], "director": ["office"]}
    Grant.objects.create(account=account("office"), role="director", unit=account("office").unit)
    assert not CaseClock.objects.filter(case=file(about="office"), key="handling").exists(), "both posts are theirs"


@pytest.mark.parametrize("login", ["sales", "engineer", "warehouse", "production", "finance"])
def test_any_post_that_sees_wrong_may_report_it(login: str) -> None:
    assert file(who=login).state == "filed"
    with pytest.raises(Refused, match="not_allowed"):
        file(who="dealer")


def unknown(**given: str) -> Case:
    """One that names somebody in words only."""
    return engine.perform("tipoff", "file", actor=actor("agent"), given={**TOLD, "concerns": "unknown", **given}).case


def test_who_takes_it_down_says_whom_it_concerns() -> None:
    for given in (TOLD, {**TOLD, "concerns": "staff"}):
        with pytest.raises(Refused) as caught:
            engine.perform("tipoff", "file", actor=actor("agent"), given=given)
        assert set(caught.value.fields) & {"concerns", "about"}


def test_while_it_is_not_known_whom_it_concerns_the_highest_post_alone_reads_it_and_whoever_is_named_never_does() -> None:
    case = unknown()
    assert not betrayed("office", case) and sit("office").get(f"/c/tipoff/{case.number}/").status_code == 404, "it may be them"
    assert sit("director").get(f"/c/tipoff/{case.number}/").status_code == 200
    with pytest.raises(Refused, match="not_found"):
        do(case, "name", "office", process="tipoff", concerns="outside", ground="不是我")
    with pytest.raises(Refused) as caught:
        do(case, "name", "director", process="tipoff", concerns="staff", ground="门禁记录")
    assert "about" in caught.value.fields
    do(case, "name", "director", process="tipoff", about=account("office").pk, ground="门禁记录")
    while dispatcher.round():
        continue
    assert not betrayed("office", case)
    assert by_api("office", f"/api/v1/tipoff/{case.number}")[0] == 404
    other = unknown()
    do(other, "name", "director", process="tipoff", concerns="outside", ground="是供应商的人")
    assert sit("office").get(f"/c/tipoff/{other.number}/").status_code == 200, "of others it is their work"


def test_once_it_is_known_to_concern_the_director_the_office_is_told_when_it_waits_and_the_director_sees_nothing() -> None:
    case = unknown()
    with pytest.raises(Refused, match="about_you"):
        do(case, "name", "director", process="tipoff", about=account("director").pk, ground="是我")
    outside = file()
    do(outside, "name", "office", process="tipoff", about=account("director").pk, ground="转账记录")
    assert sit("director").get(f"/c/tipoff/{outside.number}/").status_code == 404
    row = CaseClock.objects.get(case=outside, key="handling", stopped_at=None)
    assert [level["to"] for level in row.levels] == ["office"]


def test_where_nobody_holds_the_highest_post_it_is_read_all_the_same() -> None:
    case = unknown()
    Grant.objects.filter(role="director").delete()
    assert sit("office").get(f"/c/tipoff/{case.number}/").status_code == 200
