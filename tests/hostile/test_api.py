"""The API against somebody who means ill: A2 to A7, V6, V7, V18. (A1 is in test_fuzz.)"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.tickets import GIVEN, receive
from tests.ui.desk import foreign, sit, text
from xiuhao.kernel import accounts, engine, registry, roles
from xiuhao.kernel.models import Account, Case, Journal
from xiuhao.ui.api.routes import birth_path

pytestmark = pytest.mark.django_db
BODY = {**GIVEN, "channel": "api"}
FORBIDDEN = (  # names of fields that somebody might hope to write with a verb
    "id", "pk", "number", "tenant", "process", "state", "is_open", "owner", "owner_id", "unit", "unit_id", "unit_path", "customer_id",
    "customer", "created_by", "status", "is_staff", "is_superuser", "price", "sla_due", "due_at", "approved_by", "version", "round",
    "priority", "priority_reason", "tier", "verdict", "keeper", "level", "complexity", "track_digest", "opened_at", "closed_at",
    "chain_head", "case", "case_id", "__class__", "_state", "password",
)  # fmt: skip


def program(login: str = "agent", **token: Any) -> Client:
    """Another system with a token."""
    _token, raw = accounts.issue_token(cast.account(login), "test", **token)
    return Client(headers={"authorization": f"Bearer {raw}"})


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(f"/api/v1/{path}", data, "application/json", headers=headers)


def stand() -> dict[int, tuple[Any, ...]]:
    """Every case as it stands."""
    rows = Case.objects.unscoped("comparing")
    return {
        row[0]: row for row in rows.values_list("pk", "state", "version", "owner", "unit_path", "priority", "customer_id", "chain_head")
    }


def verbs() -> list[tuple[str, str, bool]]:
    """(process, verb, whether it is a birth) of all that the API offers."""
    return [(p.key, t.key, t.births) for p in registry.processes() for t in p.transitions if set(t.may) - {roles.SYSTEM}]


def test_A2_a_bulk_request_with_foreign_numbers_does_the_own_and_tells_nothing_of_the_others() -> None:
    own, theirs = receive("agent").case, foreign()
    sitting, before = sit("lead"), stand()[theirs.pk]
    body = {"n": [own.number, theirs.number, "GD9999999999"], "_key": str(uuid4()), "to": cast.account("colleague").pk}
    report = text(sitting.get(sitting.post("/c/ticket/bulk/assign", body)["Location"]))
    said = [report.split(f">{number}<", 1)[1][:200].replace(number, "N") for number in (theirs.number, "GD9999999999")]
    assert said[0].partition("</tr>")[0] == said[1].partition("</tr>")[0], "what is foreign reads as what is not there"
    assert stand()[theirs.pk] == before
    assert stand()[own.pk] != before and stand()[own.pk][2] == 2


def test_A2_a_foreign_device_or_customer_named_in_a_body_is_unknown() -> None:
    theirs = foreign()
    mine, before = program(), stand()
    unknown = post(mine, "ticket", {**BODY, "device": 10**9}).json()
    assert unknown["fields"]["device"]["code"] == "not_reference"
    answer = post(mine, "ticket", {**BODY, "customer": theirs.customer_id})
    assert (answer.status_code, answer.json()["fields"]["customer"]["code"]) == (422, "unknown_field")
    assert stand() == before


@pytest.mark.parametrize("login", ["outsider", "engineer", "admin"])
def test_A2_every_verb_on_a_case_that_one_does_not_see_is_404_with_and_without_a_body(login: str) -> None:
    case, asking = receive("agent").case, program(login)
    before, lines = stand(), Journal.objects.count()
    for process, verb, birth in verbs():
        if birth:
            continue
        for body in ({}, {"text": "x", "reason": "x", "note": "x", "summary": "x", "to": cast.account("agent").pk}):
            answer = post(asking, f"{process}/{case.number}/{verb}", {k: v for k, v in body.items() if k in names(process, verb)})
            assert answer.status_code in (404, 422), f"{process}.{verb}: {answer.status_code}"
            assert case.number in answer.request["PATH_INFO"] and GIVEN["description"] not in answer.content.decode()
    assert (stand(), Journal.objects.count()) == (before, lines)


def names(process: str, verb: str) -> set[str]:
    return {need.key for need in registry.process(process).verb(verb).needs}


def test_A3_a_list_can_be_asked_for_nothing_but_what_it_offers() -> None:
    receive("agent")
    asking = program()
    for query in (
        "sort=customer__password",
        "filter[x__regex]=(a%2B)%2B$",
        "size=1000000000",
        "page=1e9",
        "include=owner.grants.account",
        "fields=password",
        "expand=*",
        "owner__login=agent",
        "order=owner__password",
        "order=?",
        "order=--number",
    ):
        answer = asking.get(f"/api/v1/ticket?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["sentence"]
    page = asking.get("/api/v1/ticket?size=200").json()
    assert page["size"] == 200 and len(page["items"]) <= 200


def test_A4_what_is_no_json_object_is_refused_before_anything_is_read() -> None:
    asking, before = program(), stand()
    bodies: list[tuple[Any, str, int]] = [
        ('{"kind":"fault","kind":"other"}', "application/json", 400), ('{"kind":NaN}', "application/json", 400),
        ('{"kind":Infinity}', "application/json", 400), ('{"at_once":1e400}', "application/json", 400), ("{}{}", "application/json", 400),
        ("[" * 10_000, "application/json", 400), ('{"a":' * 10_000 + "1" + "}" * 10_000, "application/json", 400),
        (json.dumps(BODY).encode("utf-16"), "application/json", 400), (json.dumps(BODY), "application/xml", 415),
        (b"\xef\xbb\xbf" + json.dumps(BODY).encode(), "application/json", 400), (json.dumps(BODY), "application/json; charset=utf-16", 415),
    ]  # fmt: skip
    for raw, kind, status in bodies:
        answer = asking.post("/api/v1/ticket", raw, kind)
        assert answer.status_code == status, raw[:40]
        assert answer.json()["code"] in ("body_json", "body_type")
    assert stand() == before
    assert post(asking, "ticket", BODY).status_code == 201


def test_A5_a_token_counts_only_as_long_as_its_account_and_only_in_its_header() -> None:
    token, raw = accounts.issue_token(cast.account("agent"), "test", verbs=["ticket.note"])
    case, bearer = receive("agent").case, Client(headers={"authorization": f"Bearer {raw}"})
    assert post(bearer, f"ticket/{case.number}/note", {"text": "可以"}).status_code == 200
    assert post(bearer, f"ticket/{case.number}/urge", {}).json()["code"] == "token_narrow"
    assert [v["verb"] for v in bearer.get(f"/api/v1/ticket/{case.number}/verbs").json()["items"]] == ["note"]
    for address in (f"/api/v1/ticket?token={raw}", f"/api/v1/ticket?access_token={raw}", f"/api/v1/ticket?authorization=Bearer%20{raw}"):
        assert Client().get(address).status_code == 401
    assert sit().get("/api/v1/ticket").status_code == 401, "a browser's log-in is no token: nothing can be forged across sites"
    Account.objects.filter(login="agent").update(is_active=False)
    assert bearer.get("/api/v1/ticket").status_code == 401
    Account.objects.filter(login="agent").update(is_active=True)
    accounts.revoke_token(token)
    assert bearer.get("/api/v1/ticket").status_code == 401


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_A6_a_hundred_posts_at_once_with_one_key_are_one_ticket(live_server: LiveServer) -> None:
    _token, raw = accounts.issue_token(cast.account("agent"), "test")
    key, before = str(uuid4()), Case.objects.unscoped("counting").count()
    headers = {"Authorization": f"Bearer {raw}", "Idempotency-Key": key}
    with httpx.Client(base_url=live_server.url, headers=headers, timeout=60, limits=httpx.Limits(max_connections=16)) as client:
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda _n: client.post("/api/v1/ticket", json=BODY), range(100)))
        other = client.post("/api/v1/ticket", json={**BODY, "description": "另一件事"})
    assert {(answer.status_code, answer.content) for answer in found} == {(201, found[0].content)}
    assert sum("idempotency-replayed" not in answer.headers for answer in found) == 1
    assert Case.objects.unscoped("counting").count() == before + 1
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_A6_a_key_belongs_to_who_used_it() -> None:
    key = str(uuid4())
    first = post(program("agent"), "ticket", BODY, **{"idempotency-key": key})
    other = post(program("outsider"), "ticket", BODY, **{"idempotency-key": key})
    assert (first.status_code, other.status_code) == (201, 422)
    assert first.json()["number"] not in other.content.decode()


def test_A7_every_verb_refuses_a_stale_version_and_says_what_changed() -> None:
    case, asking = receive("agent").case, program("manager")
    engine.perform("ticket", "edit", actor=cast.actor("lead"), number=case.number, given={"urgency": "high"})
    for process, verb, birth in verbs():
        if birth or process != "ticket":
            continue
        answer = post(asking, f"ticket/{case.number}/{verb}", {}, **{"if-match": '"1"'})
        said = answer.json()
        assert (answer.status_code, said["code"]) in {(409, "stale"), (422, "incomplete")}, verb
        if said["code"] == "stale":
            assert (said["params"]["version"], said["params"]["changes"][0]["fields"]) == (2, {"urgency": "high"})
    assert post(asking, f"ticket/{case.number}/note", {"text": "行"}, **{"if-match": '"2"'}).status_code == 200


def test_V6_no_verb_takes_a_field_that_it_does_not_ask_for() -> None:
    case = receive("agent").case
    asking, before = program("manager"), stand()
    for process, verb, birth in verbs():
        known = names(process, verb)
        path = process + (
            birth_path(registry.process(process), registry.process(process).verb(verb)) if birth else f"/{case.number}/{verb}"
        )
        hoped = {name: 1 for name in FORBIDDEN if name not in known}
        answer = post(asking, path, hoped)
        assert answer.status_code == 422, f"{path}: {answer.status_code}"
        wrong = answer.json()["fields"]
        assert {name for name in hoped if wrong.get(name, {}).get("code") != "unknown_field"} == set(), path
    assert stand() == before


def _fields(model: type[Model]) -> set[str]:
    return {field.attname for field in model._meta.concrete_fields}


def test_V6_all_fields_of_case_and_account_are_among_what_is_refused_or_asked_for() -> None:
    asking = program("manager")
    every = _fields(Case) | _fields(get_user_model())
    answer = post(asking, "ticket", dict.fromkeys(every - names("ticket", "receive"), 1))
    assert answer.status_code == 422
    assert every - names("ticket", "receive") <= set(answer.json()["fields"])


INJECTIONS = (
    "owner__password", "-owner__password", "?", "pk", "(select 1)", "number;drop table kernel_case", "number'--", "'", '"', "\\", "%",
    "%s", "\0",
    "²", "１", "case__owner__password", "RANDOM()", "a" * 5000, "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "../..", "{{7*7}}",
)  # fmt: skip
LISTS = ("/c/ticket/", "/c/overdue_review/", "/customers/", "/devices/", "/staff/", "/catalogue/", "/catalogue/categories/", "/rules/",
         "/rules/HA-4.1/cases", "/find", "/inbox", "/asked", "/quarantine/", "/policies/", "/calendars/")  # fmt: skip
NAMES = ("order", "sort", "q", "view", "page", "size", "category", "kind", "opened_from", "days", "regulation", "outcome", "owner",
    "state", "on",
         "lines", "before", "unit", "role", "filter[owner__password]", "owner__password__startswith", "pk__in")  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_V7_a_list_takes_no_order_and_no_filter_from_a_stranger(path: str) -> None:
    receive("agent")
    client = sit("manager")
    client.raise_request_exception = False
    for place, name in enumerate(NAMES):
        for value in INJECTIONS if name in ("q", "order", "days") else INJECTIONS[place % 7 :: 7]:
            answer = client.get(path, {name: value})
            assert answer.status_code in (200, 400), f"{path}?{name}={value[:40]!r}: {answer.status_code}"


def test_V7_numbers_that_are_none_change_nothing() -> None:
    client = sit("manager")
    client.raise_request_exception = False
    for value in ("²", "１" * 30, "9" * 5000, "-1", "1e3", "0x10", ""):
        for path, body in (
            ("/views", {"process": "ticket", "id": value, "delete": "1"}), ("/settings", {"size": value}),
            ("/policies/ticket.skill/add", {"edition": value, "position": value, "line": "x"}),
            ("/calendars/new", {"edition": value, "key": "x"}), ("/calendars/new", {"edition": "", "key": f"a\0{value}", "name": "班"}),
        ):  # fmt: skip
            answer = client.post(path, body)
            assert answer.status_code < 500, f"{path} {value[:20]!r}: {answer.status_code}"


def test_V18_no_page_no_answer_and_no_log_has_a_canary(capfd: pytest.CaptureFixture[str]) -> None:
    phone, name, home = "13977770001", "金丝雀鸣先生", "浙江省杭州市西湖区金丝雀路99号"
    case = receive("agent", contact_phone=phone, contact_name=name, contact_address=home).case
    customer, page = case.customer_id, sit("agent")
    asking = program("agent")
    pages = [
        f"/c/ticket/{case.number}/", f"/c/ticket/{case.number}/lines", "/c/ticket/", "/", "/find?q=0001", f"/customers/{customer}/",
        "/customers/",
        *(f"/c/ticket/{case.number}/do/{v}" for _p, v, birth in verbs() if not birth), f"/c/ticket/{case.number}/panel/customer",
        "/inbox", "/asked",
    ]  # fmt: skip
    answers = [page.get(path) for path in pages]
    answers += [asking.get(f"/api/v1/ticket/{case.number}{part}") for part in ("", "/journal", "/verbs", "/clocks")] + [
        asking.get("/api/v1/ticket")
    ]
    answers.append(post(asking, "ticket", {**BODY, "contact_phone": phone, "contact_name": name, "kind": "nonsense"}))
    answers.append(post(asking, f"ticket/{case.number}/reveal", {"reason": "测试查看"}))
    said = capfd.readouterr()
    for answer in answers:
        body = answer.content.decode()
        assert not {canary for canary in (phone, f"+86{phone}", name, "金丝雀路") if canary in body}, answer.request["PATH_INFO"]
    assert not {canary for canary in (phone, name, "金丝雀路") if canary in said.out + said.err}
