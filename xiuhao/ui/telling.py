"""Whoever ordered something that takes long has gone on with something else: they are told when it is done, and led to its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language

from xiuhao.kernel import letters, outbox
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Message, Outbox


@dataclass(frozen=True)
class Telling:
    """The message about the runs of one model. `kind` begins the effect keys of its messages, `notice` is their template, `words(run)` fill
    it beside the link; the page of a run is `<path>/<id>`."""

    kind: str
    model: Any
    notice: str
    path: str
    words: Callable[[Any], Mapping[str, Any]]

    def url(self, run: UUID) -> str:
        """The page of a run."""
        return f"{self.path}/{run}"

    def run_of(self, effect_key: str) -> UUID | None:
        """The run that a message with this effect key tells of, if it is one of those."""
        kind, _colon, rest = effect_key.partition(":")
        return UUID(rest.partition(":")[0]) if kind == self.kind else None

    def subjects(self, rows: Sequence[Message], actor: Actor) -> dict[int, str]:
        """Message → its subject in the language of the moment, of those that tell of a run. One statement, none without such."""
        about = {row.pk: run for row in rows if (run := self.run_of(row.effect_key))}
        runs = self.model.objects.visible_to(actor).in_bulk(set(about.values())) if about else {}
        language = get_language() or actor.language
        return {pk: letters.said(self.notice, self._filled(runs[run]), language)[0] for pk, run in about.items() if run in runs}

    def told(self, run: Any) -> list[Outbox]:
        """To their inbox, and their mail if they want that: outbox rows to insert."""
        mine = [replace(r, language=run.language) for r in outbox.accounts([run.account_id]) if r.account == run.account_id]
        return [letters.parcel(self.notice, to, self._filled(run), f"{self.kind}:{run.pk}:{to.channel}") for to in mine]

    def _filled(self, run: Any) -> dict[str, Any]:
        return {**self.words(run), "link": f"{settings.BASE_URL}{self.url(run.pk)}"}
