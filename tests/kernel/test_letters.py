"""Messages: every declared notice has its template, which says nothing but the whitelist; who reads what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist

from tests.sample.fixtures import Office
from xiuhao.kernel import dispatcher, letters, outbox, registry
from xiuhao.kernel.models import Journal, Message
from xiuhao.kernel.outbox import Recipient

WORDS = {
    "number", "title", "process", "state", "verb", "actor", "at", "name", "link", "clock", "due", "facts", "given", "texts",
}  # fmt: skip
CLOCKS = ("clock_warn", "clock_breach", "clock_escalate")
SMS = Recipient(channel="sms", address="+8613800138000", masked="138****8000")


def declared() -> set[tuple[str, str]]:
    """(module, template) of every notice."""
    found = {("kernel", name) for name in CLOCKS}
    for process in registry.processes():
        module = process.record.partition(".")[0]
        found |= {(module, notice.template) for t in process.transitions for notice in t.notify}
    return found


FURTHER = {"work_quote": {"quote_link"}, "work_unpaid": {"bill_link"}}  # words of one notice alone, registered by `letters.further`


def test_every_declared_notice_has_a_template_with_a_subject_and_only_known_words():
    assert len(declared()) > len(CLOCKS)
    for module, name in declared():
        template = letters._engine().select_template([f"{module}/notice/{name}.txt", f"kernel/notice/{name}.txt"])
        source = Path(template.origin.name).read_text()
        own = {word for pair in re.findall(r"(\w+)=| as (\w+) ", source) for word in pair}
        used = {found.split(".")[0] for found in re.findall(r"{{\s*([\w.]+)", source)} - {"forloop"}
        known = WORDS | own | FURTHER.get(name, set())
        assert used <= known, (name, used - known)
        assert source.strip().split("\n")[0].strip(), name


@pytest.mark.django_db
def test_a_message_that_a_template_does_not_know_is_refused(office: Office):
    line = Journal.objects.select_related("case").get(case=office.order())
    with pytest.raises(TemplateDoesNotExist):
        letters.compose("no_such", line, dict, Recipient(account=1))


@pytest.mark.django_db
def test_moments_of_the_journal_are_said_in_local_time(office: Office):
    line = Journal.objects.select_related("case").get(case=office.order())
    line.verb, line.data = "clock_warn", {"clock": "response", "due": "2026-03-02T01:30:00.5+00:00", "level": "warn"}
    subject, text = letters.compose("clock_warn", line, dict, Recipient(account=1, name="安", language="zh-hans"))
    assert "答复时限" in subject
    assert "2026-03-02 09:30" in text


@pytest.mark.django_db
def test_outsiders_read_the_texts_of_public_lines_only(office: Office):
    case = office.do(office.order(), "answer", "lead", text="只给同事看")
    line = Journal.objects.select_related("case").get(case=case, verb="answer")
    texts = {"text": "只给同事看"}
    assert "只给同事看" in letters.compose("errand_answer", line, lambda: texts, Recipient(account=1))[1]
    assert "只给同事看" not in letters.compose("errand_answer", line, lambda: texts, Recipient(channel="sms", address="1"))[1]
    line.public = True
    assert "只给同事看" in letters.compose("errand_answer", line, lambda: texts, Recipient(channel="sms", address="1"))[1]


@pytest.mark.django_db
def test_a_text_with_template_signs_stays_a_text(office: Office):
    case = office.do(office.order(), "answer", "lead", text="{{ secret }}{% debug %}<b>&amp;")
    line = Journal.objects.select_related("case").get(case=case, verb="answer")
    _subject, text = letters.compose("errand_answer", line, lambda: {"text": "{{ secret }}{% debug %}<b>&amp;"}, Recipient(account=1))
    assert "{{ secret }}{% debug %}<b>&amp;" in text


@pytest.mark.django_db
def test_the_outbox_page_shows_what_went_out_about_cases_that_one_sees(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbox, "_resolvers", {"owner": lambda cases: {case.pk: [SMS] for case in cases}})
    case = office.do(office.order(), "answer", "lead", text="明天到")
    dispatcher.drain()
    (message,) = letters.sent(office.actor("lead"))
    assert (message.case_id, message.to_masked, letters.address_of(message)) == (case.pk, "138****8000", "+8613800138000")
    assert b"13800138000" not in bytes(message.to_sealed)
    stranger = Office()
    assert not letters.sent(stranger.actor("lead")).exists()
    assert not letters.inbox(stranger.actor("lead")).exists()
    assert Message.objects.count() == 1
