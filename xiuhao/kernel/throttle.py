"""How often something may be done: at most `limit` times within any stretch of so many seconds, exactly.

The last accepted moments of a key are one row, so that a count is one statement and its row lock decides races. A refused
attempt writes nothing and does not prolong the wait: what Retry-After promises holds.
"""

from __future__ import annotations

import math
from datetime import timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest

from xiuhao.kernel import time
from xiuhao.kernel.crypto import blind
from xiuhao.kernel.refusal import Refused

MOST = 1_000  # moments kept in a row

_COUNT = """
with counted as (
    insert into kernel_throttle as t (key, hits, expires_at) values (%(key)s, array[%(now)s], %(until)s)
    on conflict (key) do update
        set hits = t.hits[greatest(cardinality(t.hits) - %(limit)s + 2, 1):] || %(now)s, expires_at = %(until)s
        where coalesce(t.hits[cardinality(t.hits) - %(limit)s + 1] <= %(since)s, true)
    returning 1)
select exists (select from counted), (select hits[cardinality(hits) - %(limit)s + 1] from kernel_throttle where key = %(key)s)
"""


def allow(key: str, limit: int, per_seconds: int) -> None:
    """Count one attempt under `key` ("portal.create:203.0.113.7"), or raise Refused too_many (429, `retry_after` seconds).

    Call it before the transaction of the work opens: the count must stand even if the work is rolled back. Inside an open
    transaction it raises RuntimeError. Keys are kept as keyed hashes.
    """
    if not 1 <= limit <= MOST:
        raise ValueError(f"limit must be 1 to {MOST}")
    per = timedelta(seconds=per_seconds)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        now = time.now()
        facts: dict[str, Any] = {"key": blind(key, where="throttle"), "limit": limit, "now": now, "since": now - per, "until": now + per}
        cursor.execute(_COUNT, facts)
        counted, oldest = cursor.fetchone()
    if not counted:
        # The row that refused may be younger than this statement's view of it: then the whole stretch is the honest answer.
        wait = oldest + per - now if oldest and oldest > now - per else per
        raise Refused("too_many", {"retry_after": max(1, math.ceil(wait.total_seconds()))}, status=429)


def forgive(key: str) -> None:
    """Take back the last counted attempt under `key`: where only failures are to count, a success is forgiven."""
    with connection.cursor() as cursor:
        last = "update kernel_throttle set hits = hits[:cardinality(hits) - 1] where key = %s and cardinality(hits) > 0"
        cursor.execute(last, [blind(key, where="throttle")])


def sweep() -> int:
    """Forget keys whose moments have all passed; how many. For the scheduler."""
    with connection.cursor() as cursor:
        cursor.execute("delete from kernel_throttle where expires_at < %s", [time.now()])
        return int(cursor.rowcount)


def client_ip(request: HttpRequest) -> str:
    """The address that the request came from; "" if unknown.

    X-Forwarded-For is believed only as far as trusted proxies (`settings.XIUHAO_TRUSTED_PROXIES`, addresses or networks) wrote
    it: read from the right, the first address that is not such a proxy is the client. Anything malformed ends the reading.
    """
    found = _address(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hops and trusted(found) and (hop := _address(hops.pop())):
        found = hop
    return found


def trusted(address: str) -> bool:
    """True for an address of ours that may say for whom it asks."""
    networks = (ip_network(proxy, strict=False) for proxy in settings.XIUHAO_TRUSTED_PROXIES)
    return bool(found := _address(address)) and any(ip_address(found) in network for network in networks)


def client_key(request: HttpRequest) -> str:
    """What to count a client by: the address, of IPv6 its /64, which is what one subscriber holds (RFC 6177)."""
    found = client_ip(request)
    if not found or isinstance(ip_address(found), IPv4Address):
        return found
    return str(ip_network(f"{found}/64", strict=False))


def _address(text: str) -> str:
    """An address without port and brackets, IPv4 in IPv6 unwrapped; "" if it is none."""
    text = text.strip().partition("%")[0]
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)
