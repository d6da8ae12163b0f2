"""Limits: at most so many within any stretch of so many seconds, whoever asks at once, and a truthful Retry-After."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiuhao.kernel import time
from xiuhao.kernel.models import Throttle
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.throttle import MOST, allow, client_ip, client_key, sweep

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def accepted(key: str, limit: int, per: int, *seconds: float) -> list[bool]:
    """Attempts at so many seconds after AT: which were let through."""
    through = []
    for second in seconds:
        with time.simulated(AT + timedelta(seconds=second)):
            try:
                allow(key, limit, per)
                through.append(True)
            except Refused:
                through.append(False)
    return through


def wait(key: str, limit: int, per: int, second: float) -> int:
    with time.simulated(AT + timedelta(seconds=second)), pytest.raises(Refused) as caught:
        allow(key, limit, per)
    assert (caught.value.code, caught.value.status) == ("too_many", 429)
    return caught.value.params["retry_after"]


@pytest.mark.django_db
def test_P5_of_a_thousand_posts_in_a_minute_the_first_ten_pass():
    through = accepted("portal:203.0.113.7", 10, 60, *(n * 0.059 for n in range(1000)))
    assert through == [True] * 10 + [False] * 990
    assert accepted("portal:203.0.113.8", 10, 60, 59) == [True], "another address has its own count"
    assert Throttle.objects.count() == 2
    assert len(Throttle.objects.order_by("expires_at").first().hits) == 10


@pytest.mark.django_db
def test_P5_who_waits_as_told_is_let_in_and_refused_attempts_do_not_prolong_it():
    assert accepted("k", 2, 60, 0, 20.5) == [True, True]
    assert wait("k", 2, 60, 21) == 39
    assert wait("k", 2, 60, 59.5) == 1
    assert accepted("k", 2, 60, 60) == [True]
    assert wait("k", 2, 60, 60) == 21


@pytest.mark.django_db
def test_no_stretch_holds_more_than_the_limit_not_even_across_two_minutes():
    assert accepted("k", 3, 60, 57, 58, 59, 61, 62) == [True, True, True, False, False]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(0, 30), min_size=1, max_size=25), limit=st.integers(1, 5), per=st.integers(1, 60))
def test_the_row_agrees_with_a_plain_count_of_the_past(db, steps, limit, per):
    Throttle.objects.all().delete()
    second, passed = 0, []
    for step in steps:
        second += step
        expected = sum(1 for earlier in passed if earlier > second - per) < limit
        assert accepted("k", limit, per, second) == [expected]
        if expected:
            passed.append(second)


@pytest.mark.django_db
def test_a_changed_limit_holds_at_once():
    assert accepted("k", 5, 60, 0, 1, 2, 3) == [True] * 4
    assert accepted("k", 3, 60, 4) == [False]
    assert accepted("k", 6, 60, 5, 6, 7) == [True, True, False]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_P5_fifty_at_once_do_not_get_past_a_limit_of_ten(guarded):
    through, start = [], threading.Barrier(10)

    def client() -> None:
        try:
            start.wait(30)
            for attempt in range(5):
                try:
                    # Without one key there is no row whose lock decides: the negative control.
                    allow("k" if guarded else f"k{threading.get_ident()}", 10, 60)
                    through.append(attempt)
                except Refused as refused:
                    assert 1 <= refused.params["retry_after"] <= 60
        finally:
            connection.close()

    clients = [threading.Thread(target=client) for _ in range(10)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join(60)
    assert len(through) == (10 if guarded else 50)


@pytest.mark.django_db(transaction=True)
def test_a_count_inside_an_open_transaction_is_a_mistake_of_ours():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        allow("k", 1, 60)
    assert not Throttle.objects.exists()


@pytest.mark.django_db
def test_nothing_of_a_phone_or_address_is_kept_and_the_table_costs_no_log():
    allow("sms:+8613800138000", 1, 60)
    assert b"138001" not in bytes(Throttle.objects.get().key)
    with connection.cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where relname = 'kernel_throttle'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db
def test_the_sweep_forgets_what_has_passed_and_only_that():
    accepted("old", 3, 60, 0)
    accepted("young", 3, 60, 30)
    with time.simulated(AT + timedelta(seconds=61)):
        assert sweep() == 1
        assert sweep() == 0
    assert Throttle.objects.count() == 1


@pytest.mark.parametrize("limit", [0, MOST + 1])
def test_a_limit_out_of_bounds_is_a_mistake_of_ours(limit):
    with pytest.raises(ValueError, match="limit"):
        allow("k", limit, 60)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # nobody's proxy: whatever it claims
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # the client's own claim stands left of the truth
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.9", "10.0.0.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
        ("garbage", "198.51.100.1", ""),
    ],
)
def test_V10_forwarded_addresses_are_believed_from_trusted_proxies_only(settings, peer, forwarded, client):
    settings.XIUHAO_TRUSTED_PROXIES = ["10.0.0.0/8"]
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_ip(request) == client
    settings.XIUHAO_TRUSTED_PROXIES = []
    assert client_ip(request) == (peer.removeprefix("::ffff:") if peer != "garbage" else "")


@pytest.mark.parametrize(
    ("peer", "key"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64"), ("", "")],
)
def test_P5_a_subscriber_of_ipv6_counts_as_one(peer, key):
    assert client_key(RequestFactory().get("/", REMOTE_ADDR=peer)) == key
