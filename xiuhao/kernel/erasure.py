"""What is kept of persons in a case, emptied for good: contents of its journal, messages, personal fields, files, what
modules keep beside.

Which fields are personal is read off: sealed columns, and columns that keep the text of a verb's evidence. The chain stays whole:
verification says "erased".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models, transaction

from xiuhao.kernel import chain, letters, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Attachment, Case, CaseAsk, Content
from xiuhao.kernel.time import now


@dataclass(frozen=True)
class Erased:
    """How much of a case was emptied."""

    contents: int
    messages: int
    fields: int
    files: int
    beside: int = 0


# What modules keep of a case's persons beside its record: each empties its own, before the files go, and says how many rows.
BESIDE: list[Callable[[Case], int]] = []


@cache
def personal_fields(process: str) -> tuple[str, ...]:
    """The fields of a process's record that hold texts and personal data."""
    declared = registry.process(process)
    told = {need.key for verb in declared.transitions for need in verb.needs if need.secret}
    fields = apps.get_model(declared.record)._meta.concrete_fields
    texts = (models.CharField, models.TextField)
    return tuple(f.name for f in fields if isinstance(f, EncryptedText) or (f.name in told and isinstance(f, texts) and not f.choices))


@transaction.atomic
def forget(case: Case, actor: Actor, reason: str) -> Erased:
    """Empty a case that is closed; each content and the rest are a line of its journal. ValueError without a reason.

    Numbers, dates and verdicts stay: what the law wants kept of a repair names nobody.
    """
    contents = list(Content.objects.filter(case=case, erased_at=None).order_by("pk"))
    for content in contents:
        chain.erase(content, actor, reason)
    fields, beside = _empty(case), sum(empty(case) for empty in BESIDE)
    CaseAsk.objects.filter(case=case).update(digest=None)  # of a short text a hash tells enough to guess it
    files, _each = Attachment.objects.unscoped("of a case whose persons are erased").filter(case=case).delete()
    messages = letters.forget(case)
    if fields or files or messages or beside:
        row = Case.objects.unscoped("erasure: who may ask for it was settled by its caller").select_for_update().get(pk=case.pk)
        data = {"fields": fields, "files": files, "messages": messages, "beside": beside, "reason": reason.strip()[:200]}
        chain.append(row, "content_erased", actor, now(), data)
    return Erased(len(contents), messages, len(fields), files, beside)


def _empty(case: Case) -> list[str]:
    declared = registry.process(case.process)
    record: Any = apps.get_model(declared.record)._base_manager.get(pk=case.pk)
    full = [name for name in personal_fields(case.process) if getattr(record, name)]
    if not full:
        return []
    for name in full:
        setattr(record, name, "")
    if hasattr(record, "index"):
        record.index(case.number)
    record.save()
    Case.objects.unscoped("the title said what the record did").filter(pk=case.pk).update(title=declared.title(record)[:200] or case.number)
    return full
