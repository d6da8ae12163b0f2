"""Seals: what was sealed cannot be rewritten, not even from end to end and with every hash made anew."""

from __future__ import annotations

import io
import json
import threading

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tests.harness import until
from tests.kernel.lines import a_case, write
from tests.kernel.owner import forger
from xiuhao.kernel import chain
from xiuhao.kernel.models import Case, Journal, Seal
from xiuhao.kernel.verification import verify

pytestmark = pytest.mark.django_db(transaction=True)


def rewrite(case: Case) -> None:
    """The owner forges a case without a flaw: the lines, all their hashes, the head."""
    previous = b""
    with forger() as forging:
        for line in Journal.objects.filter(case=case).order_by("seq"):
            line.actor_name, line.previous = "别人", previous
            line.hash = chain.digest_line(previous, line)
            change = (line.actor_name, previous, line.hash, line.pk)
            forging.execute("UPDATE kernel_journal SET actor_name = %s, previous = %s, hash = %s WHERE id = %s", change)
            previous = line.hash
        forging.execute("UPDATE kernel_case SET chain_head = %s WHERE id = %s", (previous, case.pk))


def seal_all() -> None:
    """Seal until every line is: a transaction of any database of the server holds the watermark back, other tests' too."""

    def sealed() -> bool:
        chain.seal_heads()
        return sum(Seal.objects.values_list("lines", flat=True)) == Journal.objects.count()

    until(sealed, 60, "every line is sealed")


def test_a_perfect_forgery_passes_the_chain_and_fails_the_seal():
    case = a_case()
    write(case)
    write(case)
    other = a_case()
    write(other)
    rewrite(other)
    assert verify().intact, "negative control: before it is sealed, a forgery without a flaw cannot be told"
    seal_all()
    assert bytes(Seal.objects.order_by("pk").first().previous) == b""
    assert verify().intact
    assert chain.seal_heads() is None, "nothing new"
    write(case)
    seal_all()
    rewrite(case)
    report = verify()
    assert {found.why for found in report.breaks} == {"seal_altered"}
    assert verify(case).intact, "one case alone is whole; only the seal tells"


def test_a_seal_waits_for_the_oldest_running_transaction_and_misses_no_late_commit():
    case, late = a_case(), a_case()
    opened, finish = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                write(late)
                opened.set()
                finish.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert opened.wait(30)
    write(case)
    assert chain.seal_heads() is None, "an older transaction is still running"
    finish.set()
    thread.join()
    seal_all()
    assert verify().intact


def test_seals_are_printed_to_be_kept_elsewhere():
    write(a_case())
    said = io.StringIO()
    until(lambda: (call_command("seal", stdout=said), "1 lines" in said.getvalue())[1], 60, "the line is sealed")
    said = io.StringIO()
    call_command("seal", "--export", stdout=said)
    (line,) = said.getvalue().splitlines()
    assert json.loads(line)["root"] == bytes(Seal.objects.get().root).hex()
    said = io.StringIO()
    call_command("seal", stdout=said)
    assert "nothing new" in said.getvalue()


def test_a_journal_brought_back_from_a_dump_says_so_instead_of_sealing_nothing_for_ever():
    write(a_case())
    Seal.objects.create(at=chain.now(), upto_txid=2**60, lines=1, root=b"r" * 32, previous=b"")
    with pytest.raises(RuntimeError, match="epoch"):
        chain.seal_heads()
