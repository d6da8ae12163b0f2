"""Who else has a case open, and who is writing on it: a heartbeat in an unlogged table, told over the live channel when it changes.

It binds nobody: what two did at once is settled by versions (`kernel.collision`). A crash of the database forgets it, as it should.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from xiuhao.kernel.access import Actor
from xiuhao.kernel.hints import hint
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

VIEW, EDIT, AWAY, LEAVE = MODES = ("view", "edit", "away", "leave")
STALE = timedelta(seconds=70)  # after so long without a beat somebody is gone; a page beats every 25 seconds
_BEAT = """
WITH before AS (SELECT mode, at FROM ui_presence WHERE account_id = %(me)s AND case_id = %(case)s),
put AS (
  INSERT INTO ui_presence (account_id, case_id, mode, at) VALUES (%(me)s, %(case)s, %(mode)s, %(at)s)
  ON CONFLICT (account_id, case_id) DO UPDATE SET mode = EXCLUDED.mode, at = EXCLUDED.at)
SELECT mode, at FROM before
"""
_LEAVE = "DELETE FROM ui_presence WHERE account_id = %(me)s AND (case_id = %(case)s OR at < %(old)s)"
_OTHERS = """
SELECT a.name, p.mode FROM ui_presence p JOIN kernel_account a ON a.id = p.account_id
WHERE p.case_id = %(case)s AND p.account_id <> %(me)s AND p.at > %(old)s ORDER BY p.mode = 'edit' DESC, a.id LIMIT 12
"""


@dataclass(frozen=True)
class Other:
    """Somebody else who has the case open; `mode` is view, edit or away."""

    name: str
    mode: str


def topic(case: int) -> str:
    """The live topic of who is there."""
    return f"presence:{case}"


def beat(actor: Actor, case: Case, mode: str) -> list[Other]:
    """The actor is there in this mode (or leaves); who else is. Two statements, one more when it is news.

    Raises Refused bad_filter (400).
    """
    if mode not in MODES:
        raise Refused("bad_filter", {"name": "mode", "value": mode[:60]}, status=400)
    at = now()
    facts: dict[str, Any] = {"me": actor.account, "case": case.pk, "mode": mode, "at": at, "old": at - STALE}
    with transaction.atomic(), connection.cursor() as cursor:
        if mode == LEAVE:
            cursor.execute(_LEAVE, facts)
            news = cursor.rowcount > 0
        else:
            cursor.execute(_BEAT, facts)
            before = cursor.fetchone()
            news = before is None or before[0] != mode or before[1] <= facts["old"]
        if news:
            hint([topic(case.pk)])
        cursor.execute(_OTHERS, facts)
        return [Other(*row) for row in cursor.fetchall()]
