"""The dispatcher: each effect once, in the order of its case, whoever fails or is killed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.harness import until
from tests.kernel.lines import AT
from tests.sample.fixtures import Office
from xiuhao.kernel import channels, dispatcher, letters, outbox, registry
from xiuhao.kernel.models import Journal, Message, Outbox
from xiuhao.kernel.outbox import Recipient
from xiuhao.kernel.process import Notice, Reaction
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db
PHONE = "+8613800138000"
SMS = Recipient(channel="sms", address=PHONE, masked="138****8000")


class Provider:
    """A provider that fails as told, and remembers what it carried."""

    kept = idempotent = False

    def __init__(self, *failures: Exception | None) -> None:
        self.failures, self.sent = list(failures), []

    def send(self, letter: channels.Letter) -> None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or "after" in str(failure):
            self.sent.append((letter.to, letter.effect_key))
        if failure:
            raise failure


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The owner is reached by text message, through a provider of ours."""
    provider = Provider()
    monkeypatch.setattr(outbox, "_resolvers", {"owner": lambda cases: {case.pk: [SMS] for case in cases}})
    monkeypatch.setattr(dispatcher, "channel", lambda name: provider if name == "sms" else channels.channel(name))
    return provider


def due(**fields: object) -> Outbox:
    return Outbox.objects.get(kind="notice", **fields)


def later(seconds: int) -> simulated:
    return simulated(AT + timedelta(seconds=seconds))


def test_a_notice_becomes_a_sealed_message_in_the_owners_inbox_in_their_language(office: Office):
    office.people["agent"].language = "en"
    office.people["agent"].save()
    case = office.order()
    office.do(case, "answer", "lead", text="明天上门")
    assert dispatcher.drain() == 1
    message = Message.objects.get()
    assert message.to_account == office.people["agent"]
    assert message.sent_at
    assert b"\xe6\x98\x8e" not in bytes(message.sealed), "sealed at rest"
    assert "明天上门" in letters.text_of(message)
    assert f"/c/errand/{case.number}/" in letters.text_of(message)
    assert letters.unread(office.actor("agent")) == 1
    assert letters.unread(office.actor("lead")) == 0
    assert letters.mark_read(office.actor("agent")) == 1
    assert letters.unread(office.actor("agent")) == 0
    assert dispatcher.drain() == 0


def test_nobody_is_told_what_they_did_themselves_and_a_role_without_holder_is_named(office: Office):
    office.do(office.order(), "answer", text="我自己")
    dispatcher.drain()
    assert not Message.objects.exists()
    assert due().error == "nobody is owner"


def test_an_undone_verb_sends_nothing(office: Office, monkeypatch: pytest.MonkeyPatch):
    answer = registry.process("errand").verb("answer")
    monkeypatch.setitem(answer.__dict__, "inverse", "wait")
    case = office.order()
    office.do(case, "answer", "lead", text="误发")
    office.do(case, "wait", "lead")
    with later(60):
        Outbox.objects.update(not_before=AT)
        dispatcher.drain()
    assert not Message.objects.exists()
    assert due().error == "undone"


def test_a_reaction_happens_once_and_commits_together_with_its_mark(office: Office, monkeypatch: pytest.MonkeyPatch):
    seen: list[int] = []

    def then(case: object) -> None:
        seen.append(case.pk)
        office.do(case, "wait", "lead")
        if len(seen) == 1:
            raise RuntimeError("the first try fails after it wrote")

    monkeypatch.setitem(registry.process("errand").__dict__, "reactions", (Reaction("order", then),))
    with simulated(AT):
        case = office.order()
        dispatcher.drain()
    assert Journal.objects.filter(verb="wait").count() == 0, "rolled back with its failure"
    row = Outbox.objects.get(kind="reaction")
    assert "RuntimeError" in row.error
    assert not row.done_at
    with later(60):
        dispatcher.drain()
        dispatcher.drain()
    assert seen == [case.pk, case.pk]
    assert Journal.objects.filter(verb="wait").count() == 1


def test_what_fails_five_times_lies_dead_with_its_error_and_blocks_nobody(office: Office, monkeypatch: pytest.MonkeyPatch):
    answer = registry.process("errand").verb("answer")
    with simulated(AT):
        good = office.order()
        office.do(good, "answer", "lead", text="好的")
        monkeypatch.setitem(answer.__dict__, "notify", (Notice("no_such_template", {"owner"}),))
        bad = office.order()
        office.do(bad, "answer", "lead", text="坏的")
    for seconds in (0, 6, 30, 120, 500):
        with later(seconds):
            dispatcher.drain()
            assert Message.objects.count() == 1
    row = due(case=bad)
    assert (row.dead, row.attempts, row.done_at) == (True, 5, None)
    assert "no_such_template" in row.error
    with later(10_000):
        assert dispatcher.drain() == 0


def test_K3_a_crash_between_sending_and_marking_is_repeated_and_flagged(office: Office, sms: Provider):
    with simulated(AT):
        case = office.order()
        office.do(case, "answer", "lead", text="一")
        sms.failures = [KeyboardInterrupt("killed after sending")]
        with pytest.raises(KeyboardInterrupt):
            dispatcher.drain()
        assert dispatcher.drain() == 0, "the lease of the dead dispatcher still holds"
    message = Message.objects.get()
    assert (message.sent_at, message.maybe_twice, message.error) == (None, False, "")
    with later(dispatcher.LEASE + 1):
        dispatcher.drain()
    message.refresh_from_db()
    assert message.sent_at
    assert message.maybe_twice
    assert [to for to, _key in sms.sent] == [PHONE, PHONE]
    assert len({key for _to, key in sms.sent}) == 1, "a provider that knows idempotency would deliver once"


def test_a_declined_message_is_tried_again_without_the_flag(office: Office, sms: Provider):
    with simulated(AT):
        office.do(office.order(), "answer", "lead", text="一")
        sms.failures = [channels.Declined("blacklisted")]
        dispatcher.drain()
    assert Message.objects.get().error == "Declined: blacklisted"
    with later(10):
        dispatcher.drain()
    message = Message.objects.get()
    assert message.sent_at
    assert not message.maybe_twice
    assert message.error == ""


def test_an_unreachable_provider_is_asked_once_a_round_and_costs_no_attempt(office: Office, sms: Provider):
    with simulated(AT):
        for _ in range(3):
            office.do(office.order(), "answer", "lead", text="一")
        sms.failures = [channels.Unreachable("gateway")]
        dispatcher.round()
    assert sms.failures == []
    assert sms.sent == [], "the other two waited with it"
    assert {row.attempts for row in Outbox.objects.filter(kind="notice")} == {0}
    with later(dispatcher.CHANNEL_PAUSE + 1):
        dispatcher.drain()
    assert len(sms.sent) == 3
    assert not Message.objects.filter(maybe_twice=True).exists()


def test_a_row_that_kills_its_dispatcher_again_and_again_is_put_aside(office: Office):
    with simulated(AT):
        office.do(office.order(), "answer", "lead", text="一")
        Outbox.objects.filter(kind="notice").update(attempts=dispatcher.ATTEMPTS)
        dispatcher.drain()
    assert due().dead
    assert not Message.objects.exists()


def test_effects_of_a_case_keep_their_order_even_when_another_dispatcher_holds_the_first(office: Office):
    with simulated(AT):
        case, other = office.order(), office.order()
        for text in ("一", "二"):
            office.do(case, "answer", "lead", text=text)
        office.do(other, "answer", "lead", text="别的")
        first = Outbox.objects.filter(kind="notice").order_by("pk").first()
        Outbox.objects.filter(pk=first.pk).update(leased_until=AT + timedelta(seconds=30))
        dispatcher.drain()
        assert list(Message.objects.values_list("case_id", flat=True)) == [other.pk]
        Outbox.objects.filter(pk=first.pk).update(leased_until=None)
        dispatcher.drain()
    said = [letters.text_of(m) for m in Message.objects.filter(case=case).order_by("pk")]
    assert ["一" in said[0], "二" in said[1]] == [True, True]


def test_done_rows_are_swept_after_a_week(office: Office):
    with simulated(AT):
        office.do(office.order(), "answer", "lead", text="一")
        dispatcher.drain()
    with simulated(AT + timedelta(days=6)):
        assert dispatcher.sweep() == 0
    with simulated(AT + timedelta(days=8)):
        assert dispatcher.sweep() == 1


@pytest.mark.django_db(transaction=True)
def test_it_runs_until_it_is_told_to_stop(office: Office):
    office.do(office.order(), "answer", "lead", text="一")
    stop = threading.Event()
    running = threading.Thread(target=dispatcher.run, args=(stop,))
    running.start()
    try:
        until(lambda: not Outbox.objects.filter(done_at=None).exists(), 30, "the outbox is empty")
        assert Message.objects.filter(sent_at__isnull=False).count() == 1
    finally:
        stop.set()
        running.join(30)
    assert not running.is_alive()
