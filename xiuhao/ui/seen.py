"""Which version of a case somebody has seen: the dot of what is new to them, and what they looked at last."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now
from xiuhao.ui.models import Seen

_MARK = """
INSERT INTO ui_seen (account_id, case_id, version, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (account_id, case_id) DO UPDATE SET version = greatest(ui_seen.version, EXCLUDED.version), at = EXCLUDED.at
"""


def mark(actor: Actor, case: Case) -> None:
    """The actor has the case as it stands before them. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [actor.account, case.pk, case.version, now()])


def unread(actor: Actor, cases: Sequence[Case]) -> set[int]:
    """Of these cases those that changed since the actor last looked, and their own that they never looked at. One statement."""
    if not cases:
        return set()
    rows = Seen.objects.filter(account_id=actor.account, case_id__in=[case.pk for case in cases])
    known = dict(rows.values_list("case_id", "version"))
    mine = {case.pk for case in cases if case.is_open and case.owner_id == actor.id and case.pk not in known}
    return mine | {case.pk for case in cases if known.get(case.pk, case.version) < case.version}


def latest(actor: Actor, most: int) -> list[Case]:
    """What the actor looked at last, of what they still see. Two statements."""
    ids = list(Seen.objects.filter(account_id=actor.account).order_by("-at").values_list("case_id", flat=True)[:most])
    found = Case.objects.visible_to(actor).in_bulk(ids) if ids else {}
    return [found[pk] for pk in ids if pk in found]
