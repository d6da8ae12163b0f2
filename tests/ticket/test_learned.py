"""What tickets teach, what is suggested while a call is taken, and what people did with it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.learning.corpus import THINGS
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.time import now
from xiuhao.learning import actions
from xiuhao.learning.linear import Linear, plain_trust
from xiuhao.learning.models import Model, Shown
from xiuhao.learning.queries import digest
from xiuhao.ticket import learned
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def teach(subject: str, said: dict[str, tuple[str, ...]]) -> Model:
    """A model in use, its weights set by hand: each word speaks for its class."""
    import numpy as np

    classes, words = tuple(sorted(said)), [(word[:2], label) for label, own in said.items() for word in own]
    weights = np.array([[8.0 if label == each else 0.0 for each in classes] for _word, label in words], dtype=np.float32)
    ones, none = np.ones(len(words), dtype=np.float32), np.zeros(len(classes), dtype=np.float32)
    arrays, text = Linear(classes, tuple(word for word, _label in words), ones, weights, weights, none, none, plain_trust()).dump()
    report = {"f1": 0.9, "accuracy": 0.9, "sure": 0.98, "gap": 0.01, "classes": {}, "steps": []}
    return Model.objects.create(
        subject=subject, trained_at=now(), n=400, classes=list(classes), f1=0.9, report=report, arrays=arrays, words=text,
        sha=digest(arrays, text), in_use=True,
    )  # fmt: skip


def hint(client: Client, key: UUID, **given: str) -> str:
    return client.post("/ticket/call/hint", {"_key": key, "kind": "fault", **given}, headers={"HX-Request": "true"}).content.decode()


def test_a_suggestion_fills_nothing_that_was_chosen_and_what_became_of_it_is_counted(client: Client) -> None:
    teach("category", THINGS)
    client.force_login(account("agent"))
    followed, changed, abandoned = uuid4(), uuid4(), uuid4()
    for key in (followed, changed, abandoned):
        assert 'data-hint="category" data-value="washer"' in hint(client, key, description="洗衣机漏水，滚筒不转")
    assert "data-hint" not in hint(client, uuid4(), description="洗衣机漏水，滚筒不转", category="fridge"), "what was chosen stays"
    assert "data-hint" not in hint(client, uuid4(), description="你们几点上班，请回电话"), "not sure, not shown"
    receive(key=followed, category="washer", description="洗衣机漏水，滚筒不转")
    receive(key=changed, category="fridge", description="洗衣机漏水，滚筒不转", contact_phone="13800138001")
    assert learned.settle() == 2 and learned.settle() == 0
    assert dict(Shown.objects.values_list("key", "fate")) == {followed: "taken", changed: "overruled", abandoned: "open"}
    Shown.objects.filter(key=abandoned).update(shown_at=now() - actions.KEPT * 2)
    learned.settle()
    assert not Shown.objects.filter(key=abandoned).exists()


def test_tickets_teach_what_people_decided_in_the_end_and_nothing_of_who_they_are() -> None:
    given = {"at_once": True, "solution": "已说明", "description": "我是王小明，电话13800138000，洗衣机漏水"}
    ended, calm = receive(**given, kind="usage_question", category="washer").case, receive(**given, contact_phone="13800138001").case
    receive(contact_phone="13800138002")
    for case in (ended, calm):
        engine.perform(
            "ticket", "confirm", actor=actor("agent"), number=case.number, given={"satisfied": "yes", "confirmed_by": "phone"}
        )  # fmt: skip
    Ticket.objects.filter(pk=ended.pk).update(kind="complaint")  # heard and solved in its own time
    taught = list(learned.texts("category"))
    assert [label for _text, label in taught] == ["fridge", "washer"]
    assert all("王小明" not in text and "洗衣机漏水" in text for text, _label in taught)
    assert [label for _text, label in learned.texts("sentiment")] == ["content", "upset"]
    assert set(learned.learn().values()) == {"too_little_to_learn"}


def test_the_case_page_says_how_the_customer_probably_feels(client: Client) -> None:
    case = receive(description="气死了，太差劲").case
    client.force_login(account("agent"))
    page = f"/c/ticket/{case.number}/panel/customer"
    assert "语气可能" not in client.get(page).content.decode()
    teach("sentiment", {"upset": ("气死", "差劲"), "content": ("谢谢", "很好")})
    assert "语气可能不满" in client.get(page).content.decode()
