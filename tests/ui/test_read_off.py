"""A process that says nothing about screens has them all the same: list, case, dialog, routes, undo, read off its declaration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import cast
from tests.ui.desk import HTMX, do, numbers, sit, text
from xiuhao.kernel import engine, registry
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Process
from xiuhao.ui import live, pages
from xiuhao.ui.api import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def reversible(errand: Process, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """The tiny process, whose waiting can be undone."""
    verbs = tuple(replace(t, inverse="go_on") if t.key == "wait" else t for t in errand.transitions)
    made = replace(errand, transitions=verbs)
    monkeypatch.setitem(registry._processes, "errand", made)
    yield made


def order(**given: object) -> Case:
    return engine.perform("errand", "order", actor=cast.actor("agent"), given={"what": "送修", **given}).case


def test_it_has_a_list_a_case_and_a_dialog(errand: Process) -> None:
    client, case = sit("agent"), order(size=12)
    assert case.number in numbers(client.get("/c/errand/"))
    page = text(client.get(f"/c/errand/{case.number}/"))
    assert "送修" in page
    assert "大小" in page
    for label in ("答复", "转办", "办理"):
        assert label in page
    assert "何事" in text(client.get("/c/errand/new"))
    assert do(client, case, "answer", text="好的").status_code == 303
    assert "好的" in text(client.get(f"/c/errand/{case.number}/"))
    assert "差事" in text(client.get("/"))


def test_every_verb_has_its_route(errand: Process) -> None:
    paths = build([errand], namespace="errands").get_openapi_schema(path_prefix="api/v1/")["paths"]
    for verb in errand.transitions:
        assert any(path.endswith("/errand" if verb.births else f"/errand/{{number}}/{verb.key}") for path in paths), verb.key


def test_a_reversible_verb_is_undone_from_its_toast_while_nothing_followed(reversible: Process) -> None:
    client, case = sit("agent"), order()
    done = do(client, case, "wait", htmx=True)
    undo = json.loads(done["HX-Trigger"])["xiuhao:done"]["undo"]
    assert undo["url"] == f"/c/errand/{case.number}/do/go_on"
    case.refresh_from_db()
    assert (case.state, undo["_version"]) == ("waiting", str(case.version))
    back = client.post(undo["url"], {"_version": undo["_version"], "_key": "5f0c2f2e-8a57-4f57-9d0c-3a2f54a6f4f1"}, **HTMX)
    assert back.status_code == 200
    case.refresh_from_db()
    assert case.state == "open"
    again = client.post(undo["url"], {"_version": undo["_version"], "_key": "5f0c2f2e-8a57-4f57-9d0c-3a2f54a6f4f2"}, **HTMX)
    assert again.status_code == 409


def test_two_descriptions_of_one_thing_stop_the_start() -> None:
    page = pages.Nav("twice", "两次", "/twice/")
    pages.register(page)
    try:
        with pytest.raises(ValueError, match="twice"):
            pages.register(page)
    finally:
        pages._others.pop((pages.Nav, ".twice"))


def test_one_hears_only_of_what_one_may_see(errand: Process) -> None:
    own, mine = order(), cast.account("agent")
    foreign = engine.perform("errand", "order", actor=cast.actor("outsider"), given={"what": "外省"}).case
    asked = {
        f"case:{own.pk}",
        f"case:{foreign.pk}",
        "case:x",
        "queue:errand",
        "queue:none",
        f"account:{mine.pk}",
        "account:1",
        "",
        "case:" + "9" * 40,
    }
    assert live.may_subscribe(mine, asked) == {f"case:{own.pk}", "queue:errand", f"account:{mine.pk}"}
