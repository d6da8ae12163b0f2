"""Messages: written from a template for one recipient, kept sealed, read again by whom they concern."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.template import Context, Engine, TemplateDoesNotExist
from django.utils import translation

from xiuhao.kernel import discretion, outbox, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.channels import INBOX, channel
from xiuhao.kernel.crypto import seal, unseal
from xiuhao.kernel.models import Case, Journal, Message, Outbox
from xiuhao.kernel.outbox import Recipient
from xiuhao.kernel.rows import new
from xiuhao.kernel.time import local, now

TEXT, TO = "kernel_message.sealed", "kernel_message.to_sealed"  # bound into the ciphertexts
Texts = Callable[[], Mapping[str, str | None]]  # a template that names them calls it
PLAIN = (str, int, float, bool)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


@lru_cache(maxsize=1)
def _engine() -> Engine:
    """Plain-text templates of the modules; they see words and numbers, never a model, a request or a setting."""
    return Engine(app_dirs=True, autoescape=False, libraries={"i18n": "django.templatetags.i18n"})


def compose(template: str, line: Journal, texts: Texts, to: Recipient) -> tuple[str, str]:
    """(subject, text) in the recipient's language, from `<module>/notice/<template>.txt` (else the kernel's): the first line is
    the subject and holds no personal data. Raises TemplateDoesNotExist.

    `texts` are opened only for a template that says them; outsiders read only those of public lines.
    """
    process = registry.process(line.case.process)
    module = process.record.partition(".")[0]
    found = _engine().select_template([f"{module}/notice/{template}.txt", f"kernel/notice/{template}.txt"])
    with translation.override(to.language):
        told = texts if line.public or to.account is not None else dict
        more = _further[template](line.case) if to.account is None and template in _further else {}
        whole = found.render(Context({**_words(line, told, to), **more}, autoescape=False))
    subject, _, text = (whole if to.account is not None else discretion.sent(whole, line.case)).strip().partition("\n")
    return subject.strip()[:200], text.strip()


_further: dict[str, Callable[[Case], Mapping[str, str]]] = {}


def further(template: str, by: Callable[[Case], Mapping[str, str]]) -> None:
    """Register further words of a notice for outsiders, made when it is sent and written nowhere else: a link that is a secret."""
    _further[template] = by


def _words(line: Journal, texts: Texts, to: Recipient) -> dict[str, Any]:
    """The whitelist of what a template may say."""
    case = line.case
    process = registry.process(case.process)
    verb = next((str(t.label) for t in process.transitions if t.key == line.verb), "")
    facts = {key: _plain(value) for key, value in line.data.items() if isinstance(value, PLAIN)}
    given = {key: _plain(value) for key, value in line.data.get("given", {}).items() if isinstance(value, PLAIN)}
    clock = next((str(c.label) for c in process.clocks if c.key == facts.get("clock")), "")
    return {
        "number": case.number, "title": case.title, "process": str(process.label), "state": str(process.state(case.state).label),
        "verb": verb, "actor": line.actor_name, "at": _shown(line.occurred_at), "name": to.name,
        "link": to.link or f"{settings.BASE_URL}/c/{case.process}/{case.number}/",
        "clock": clock, "due": facts.get("due", ""), "facts": facts, "given": given, "texts": texts,
    }  # fmt: skip


def _shown(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _plain(value: Any) -> Any:
    """A fact as it may be said; a moment of the journal (ISO 8601) in local time."""
    return _shown(datetime.fromisoformat(value)) if isinstance(value, str) and MOMENT.fullmatch(value) else value


def message(template: str, line: Journal, texts: Texts, to: Recipient, effect_key: str) -> Message:
    """An unsaved message, sealed. Raises as `compose`."""
    subject, text = compose(template, line, texts, to)
    return new(
        Message, case_id=line.case_id, template=template, channel=to.channel, to_account_id=to.account, to_masked=to.masked or to.name[:1],
        to_sealed=seal(to.address, where=TO), subject=subject, sealed=seal(text, where=TEXT), effect_key=effect_key,
        created_at=now(),
    )  # fmt: skip


def parcel(
    template: str, to: Recipient, words: Mapping[str, Any], effect_key: str, purpose: str = outbox.SERVICE, customer: int | None = None
) -> Outbox:
    """A message about no case, such as a code, as an outbox row to `rows.insert`; nothing of it stands there in the open.

    `template` is a whole path ("portal/notice/code.txt"), its first line the subject. For another purpose than service it goes out only
    if the customer agrees to it when it is sent. Raises TemplateDoesNotExist.
    """
    subject, text = said(template, words, to.language)
    text = text if to.account is not None else discretion.sent(text)
    body = {
        "template": template[:60], "channel": to.channel, "masked": to.masked, "subject": subject, "account": to.account,
        "to": seal(to.address, where=TO).hex(), "text": seal(text, where=TEXT).hex(),
        **({} if purpose == outbox.SERVICE else {"purpose": purpose, "customer": customer}),
    }  # fmt: skip
    return Outbox(kind="notice", body={"parcel": body}, effect_key=effect_key, not_before=now())


def permitted(row: Outbox) -> bool:
    """True if the `parcel` may go out now: somebody may have taken consent back meanwhile."""
    body = row.body["parcel"]
    return outbox.permitted(body.get("customer"), body.get("purpose", outbox.SERVICE))


def unpacked(row: Outbox) -> Message:
    """The unsaved message of a `parcel`."""
    body = row.body["parcel"]
    return Message(
        template=body["template"], channel=body["channel"], to_masked=body["masked"], to_sealed=bytes.fromhex(body["to"]),
        to_account_id=body.get("account"), subject=body["subject"], sealed=bytes.fromhex(body["text"]), effect_key=row.effect_key,
        created_at=now(),
    )  # fmt: skip


_demos: list[Callable[[], bool]] = []


def invented(whether: Callable[[], bool]) -> None:
    """Register who says that this installation is a demo: only there may staff read the codes that go to customers."""
    _demos.append(whether)


def text_of(kept: Message) -> str:
    """What a message says, nothing once it is forgotten. Only for rows that the functions below returned to an actor."""
    return unseal(kept.sealed, where=TEXT) if kept.sealed else ""


def forget(case: Case) -> int:
    """Empty the texts and addresses of what was sent about a case, for good; how many. That it was sent, and when, stays."""
    sent = Message.objects.filter(case=case, sent_at__isnull=False).exclude(sealed=b"")
    return sent.update(sealed=b"", to_sealed=b"", to_masked="")


def readable(kept: Message) -> str | None:
    """What the outbox page shows of a message: all of it where no provider carries it, nothing where one does."""
    return text_of(kept) if kept.channel in _kept() else None


def _kept() -> list[str]:
    """The channels without a provider."""
    return [name for name in settings.XIUHAO_CHANNELS if channel(name).kept]


def address_of(kept: Message) -> str:
    """Where it goes; for the provider, never for a page."""
    return unseal(kept.to_sealed, where=TO)


def inbox(actor: Actor) -> QuerySet[Message]:
    """The messages to this account itself, newest first."""
    return Message.objects.filter(to_account_id=actor.id, channel=INBOX).order_by("-pk").select_related("case")


def subjects(rows: Sequence[Message], actor: Actor) -> dict[int, str]:
    """Message → its subject in the language of the moment: told anew by its template and the line that it tells of, else as it
    was sent. Only for `inbox`. One statement."""
    about = {row.pk: int(key) for row in rows if (key := row.effect_key.partition(":")[0]).isascii() and key.isdigit() and len(key) < 19}
    lines = Journal.objects.select_related("case").in_bulk(set(about.values())) if about else {}
    to, found = Recipient(name=actor.name, language=translation.get_language() or actor.language), {}
    for row in rows:
        line = lines.get(about.get(row.pk, 0))
        with suppress(TemplateDoesNotExist):
            found[row.pk] = compose(row.template, line, dict, to)[0] if line and line.case_id == row.case_id else row.subject
    return found


def said(template: str, words: Mapping[str, Any], language: str) -> tuple[str, str]:
    """(subject, text) of a message about no case, in a language. `template` is a whole path."""
    with translation.override(language):
        told = _engine().get_template(template).render(Context(dict(words), autoescape=False))
    subject, _, text = told.strip().partition("\n")
    return subject.strip()[:200], text.strip()


def unread(actor: Actor) -> int:
    """How many of them are not yet read."""
    return inbox(actor).filter(read_at=None).count()


def mark_read(actor: Actor, ids: list[int] | None = None) -> int:
    """Mark these of the own messages read (None: all); how many were not."""
    mine = Message.objects.filter(to_account_id=actor.id, channel=INBOX, read_at=None)
    return (mine if ids is None else mine.filter(pk__in=ids)).update(read_at=now())


def sent(actor: Actor) -> QuerySet[Message]:
    """For the outbox page: what went out, or would have gone out, about cases that this actor sees; newest first.

    Messages about no case carry secrets (codes): staff see them in the demo only, where no provider carries them.
    """
    seen = Q(case__in=Case.objects.visible_to(actor))
    if actor.kind == "staff" and any(whether() for whether in _demos):
        seen |= Q(case=None, channel__in=_kept())
    return Message.objects.filter(seen).exclude(channel=INBOX).order_by("-pk").select_related("case")
