from __future__ import annotations

from datetime import timedelta

import pytest

from tests.portal.visitor import OTHER, PHONE, Visitor, code_sent, texts_sent
from xiuhao.kernel.models import Message, Outbox
from xiuhao.kernel.time import now, simulated
from xiuhao.portal import codes, visitors
from xiuhao.portal.models import Code

pytestmark = pytest.mark.django_db


def asked(visitor: Visitor, phone: str = PHONE) -> str:
    """The page on which a code, now sent, is typed in."""
    url = str(visitor.client.post("/portal/find", {"phone": phone})["Location"])
    assert visitor.client.post(url, {"send": "1"}).status_code == 303
    return url


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_T4_five_wrong_tries_lock_the_number_for_that_address_for_a_quarter_of_an_hour() -> None:
    visitor = Visitor()
    visitor.reported()
    url = asked(visitor)
    right = code_sent()
    pages = [visitor.client.post(url, {"code": another(right)}) for _ in range(5)]
    assert [page.status_code for page in pages] == [422] * 5
    late = visitor.client.post(url, {"code": right})
    assert late.status_code == 429 and 0 < int(late["Retry-After"]) <= 15 * 60
    assert Visitor("198.51.100.9").client.post(url, {"code": right}).status_code == 422, "the code itself is worn out, for everybody"
    with simulated(now() + timedelta(minutes=15, seconds=1)):
        assert visitor.client.post(url, {"code": right}).status_code == 422, "locked no more, but five minutes have long passed"


def test_T4_a_right_code_works_once_and_for_five_minutes() -> None:
    visitor = Visitor()
    visitor.reported()
    url = asked(visitor)
    right = code_sent()
    with simulated(now() + timedelta(minutes=5, seconds=1)):
        assert visitor.client.post(url, {"code": right}).status_code == 422
    assert visitor.client.post(url, {"code": f" {right[:3]} {right[3:]} "}).status_code == 303
    assert Visitor("198.51.100.9").client.post(url, {"code": right}).status_code == 422


def test_T4_the_code_of_one_number_proves_no_other() -> None:
    visitor = Visitor()
    visitor.reported()
    Visitor().reported(contact_phone=OTHER)
    url = asked(visitor, OTHER)
    asked(visitor, PHONE)
    assert visitor.client.post(url, {"code": code_sent()}).status_code == 422


def test_T4_a_code_is_kept_as_a_hash_and_its_message_sealed() -> None:
    visitor = Visitor()
    visitor.reported()
    asked(visitor)
    row, waiting = Code.objects.get(), Outbox.objects.filter(kind="notice", case=None).get()
    right = code_sent()
    kept = Message.objects.get(case=None)
    for stored in (bytes(row.phone), bytes(row.digest), str(waiting.body).encode(), bytes(kept.sealed), bytes(kept.to_sealed)):
        assert right.encode() not in stored and b"13800138000" not in stored


def test_a_code_for_an_unknown_number_looks_the_same_and_is_never_sent() -> None:
    visitor = Visitor()
    visitor.reported()
    pages = []
    for phone in ("13700137000", PHONE):
        url = asked(visitor, phone)
        pages.append(visitor.client.get(f"{url}&sent=1").content.decode().replace("137****7000", "").replace("138****8000", ""))
    assert "验证码已经发出" in pages[0] and len(texts_sent()) == 1
    assert visitor.client.post(asked(visitor, "13600136000"), {"code": "000000"}).status_code == 422


def test_one_address_may_ask_for_ten_codes_in_ten_minutes() -> None:
    visitor = Visitor()
    urls = [visitor.client.post("/portal/find", {"phone": f"1370013{i:04d}"})["Location"] for i in range(12)]
    answers = [visitor.client.post(url, {"send": "1"}) for url in urls]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429] * 2 and int(answers[-1]["Retry-After"]) > 0


def test_a_number_that_was_proven_may_have_five_messages_a_day() -> None:
    visitor = Visitor()
    visitor.prove(visitor.reported())
    for _ in range(7):
        asked(visitor)
    assert len(texts_sent()) == 1 + 4, "the first counts"


def test_V9_the_session_gets_another_id_when_a_number_is_proven_and_when_it_is_left() -> None:
    visitor = Visitor()
    visitor.client.post("/portal/photos", {"file": b""})
    made = visitor.reported()
    ids = [visitor.client.session.session_key]
    visitor.prove(made)
    ids.append(visitor.client.session.session_key)
    assert PHONE not in str(dict(visitor.client.session))
    visitor.client.post("/portal/leave")
    assert visitor.client.get(f"/portal/mine/{made.case.number}").status_code == 403
    assert len({*ids, visitor.client.session.session_key}) == 3


def test_an_errand_that_is_old_or_not_ours_is_none() -> None:
    packed = visitors.Errand(PHONE, 7).pack()
    assert visitors.errand(packed) == visitors.Errand(PHONE, 7) and PHONE[1:] not in packed
    assert visitors.errand(packed[:-2]) is visitors.errand("") is visitors.errand("長") is visitors.errand("x" * 900) is None
    with simulated(now() + timedelta(minutes=31)):
        assert visitors.errand(packed) is None
    assert Visitor().client.get("/portal/prove?for=nonsense").status_code == 404


def test_expired_codes_are_swept() -> None:
    visitor = Visitor()
    visitor.reported()
    asked(visitor)
    assert codes.sweep() == 0
    with simulated(now() + timedelta(minutes=6)):
        assert codes.sweep() == 1
