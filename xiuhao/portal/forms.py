"""What the public form sends, read field by field: what we do not ask for has no effect, what is typed comes back with an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

from xiuhao.kernel import files, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import Attachment
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.portal.site import LONGEST
from xiuhao.product import queries as products
from xiuhao.ticket import queries as tickets
from xiuhao.ticket.process import TICKET

Words = tuple[tuple[str, str | Promise], ...]
KINDS: Words = (
    ("fault", _("东西坏了")),
    ("usage_question", _("不会用，想问问")),
    ("installation", _("安装或移机")),
    ("return_exchange", _("退货换货")),
    ("complaint", _("投诉")),
    ("other", _("其他")),
)
URGENCIES: Words = (
    ("low", _("不急，有空再说")),
    ("normal", _("一般")),
    ("high", _("很急，影响正常生活或工作")),
    ("danger", _("有危险：冒烟、漏电、漏气、过热")),
)
TYPED = ("kind", "category", "description", "urgency", "contact_phone", "contact_name", "contact_address", "serial")
MISSING = {  # said in the words that stand above the field
    "kind": _("请选择是什么事。"),
    "category": _("请选择是什么产品。"),
    "description": _("请写一写怎么回事。"),
    "contact_phone": _("请留下手机号，我们好联系您。"),
    "contact_name": _("请告诉我们怎么称呼您。"),
    "contact_address": _("请填写地址。"),
    "serial": _("请填写产品序列号。"),
}
TRAP = "website"
KNOWN = frozenset({*TYPED, TRAP, "key", "opened", "photos", "files", "csrfmiddlewaretoken"})
HASTY = timedelta(seconds=2)
MOST_PHOTOS = 6
_stamp = signing.Signer(salt="portal.opened")


@dataclass
class Report:
    """The form as it stands: raw `values`, ids of photos already here, `errors` by field. `key` makes a repeat harmless."""

    values: dict[str, str] = field(default_factory=dict)
    photos: list[str] = field(default_factory=list)
    key: UUID = field(default_factory=uuid4)
    opened: str = ""
    odd: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    sentence: str = ""
    taken: list[Attachment] = field(default_factory=list)

    kinds, urgencies, most_photos, longest = KINDS, URGENCIES, MOST_PHOTOS, LONGEST

    @property
    def categories(self) -> tuple[tuple[str, str], ...]:
        return tickets.categories()

    @property
    def notice(self) -> str:
        """The privacy notice in force, in the language of the page (PIPL art. 17)."""
        shown = people.notice()
        return said(shown.value["text"]["zh"], shown.value["text"].get("en", "")) if shown else ""

    @property
    def required(self) -> set[str]:
        """What the rules of today ask of a request on the web (table `ticket.required`)."""
        given = {"kind": self.values.get("kind", ""), "channel": "web"}
        return {need.key for need in TICKET.verb("receive").needs if need.wanted(given)}

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """(field, sentence) in the order of the page."""
        order = ("kind", "category", "description", "photos", "urgency", "contact_phone", "contact_name", "contact_address", "serial")
        return [(name, self.errors[name]) for name in order if name in self.errors]

    @property
    def more(self) -> bool:
        """True if the fold with optional fields has something to show."""
        folded = {"serial", "contact_name", "contact_address"}
        return bool(folded & (self.errors.keys() | self.required) or any(self.values.get(name) for name in folded))

    def given(self) -> dict[str, Any]:
        """What the engine is given: only what was asked for."""
        found: dict[str, Any] = {name: self.values[name] for name in TYPED if self.values.get(name, "").strip()}
        found.setdefault("urgency", "normal")
        return found | {"channel": "web"} | ({"photos": self.photos} if self.photos else {})

    def refuse(self, refused: Refused) -> int:
        """Put a refusal beside the fields that it is about; the status of the answer."""
        for name, wrong in refused.fields.items():
            if name in KNOWN:
                self.errors[name] = str(MISSING[name]) if wrong.code == "missing" and name in MISSING else sentences.say(wrong)
        self.sentence = "" if self.errors else sentences.say(refused)
        return refused.status


def fresh(values: Mapping[str, str] | None = None) -> Report:
    """A new form, stamped with the moment at which it was opened."""
    return Report(values=dict(values or {}), opened=_stamp.sign(f"{now().timestamp():.3f}"))


def key_of(data: QueryDict) -> UUID:
    """The key that makes a repeat of a form harmless. Raises Refused form_key_bad (400)."""
    try:
        return UUID(data.get("key", ""))
    except ValueError:
        raise Refused("form_key_bad", status=400) from None


def read(data: QueryDict, files_named: Sequence[str]) -> Report:
    """The form that was sent, with what is strange about it. Raises Refused form_key_bad (400)."""
    key = key_of(data)
    report = Report({name: data.get(name, "") for name in TYPED}, _ids(data.getlist("photos")), key, data.get("opened", "")[:100])
    report.odd = sorted({name[:60].replace("\0", "") for name in (*data, *files_named) if name not in KNOWN})[:20]
    report.reasons = _reasons(data.get(TRAP, ""), report.opened)
    return report


def _ids(raw: Sequence[str]) -> list[str]:
    found = []
    for each in raw[:MOST_PHOTOS]:
        try:
            found.append(str(UUID(each)))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _reasons(trap: str, opened: str) -> list[str]:
    """Why it looks like a machine's: it filled what people do not see, or was quicker than people are."""
    found = ["trap"] if trap else []
    try:
        since = now().timestamp() - float(_stamp.unsign(opened))
    except (signing.BadSignature, ValueError):
        return [*found, "unstamped"]
    return [*found, "hasty"] if since < HASTY.total_seconds() else found


def check(report: Report) -> None:
    """What only the product module can say of a field. Raises Refused incomplete (422)."""
    if report.values.get("serial", "").strip():
        try:
            products.normalise_serial(report.values["serial"])
        except Refused as refused:
            raise Refused("incomplete", {"labels": [str(_("序列号"))]}, status=422, fields={"serial": refused}) from None


def receive_photos(request: HttpRequest, photos: list[str], actor: Actor) -> None:
    """Add the pictures that came with a form to the ids of those that are here already. Raises Refused file_count (422), and what
    `files.receive` refuses."""
    uploads = request.FILES.getlist("files")
    if len(uploads) + len(photos) > MOST_PHOTOS:
        raise Refused("file_count", {"label": str(_("照片")), "at_least": 0, "at_most": MOST_PHOTOS}, status=422)
    for upload in uploads:
        photos.append(str(files.receive(upload, upload.name or "", actor).public_id))


def take_photos(request: HttpRequest, report: Report, actor: Actor) -> None:
    """Keep the pictures that came with the form itself (a browser without scripts). Raises Refused with the field named."""
    try:
        receive_photos(request, report.photos, actor)
    except Refused as refused:
        raise Refused("incomplete", {"labels": [str(_("照片"))]}, status=refused.status, fields={"photos": refused}) from None


def show_photos(report: Report, actor: Actor) -> Report:
    """The uploads that the form can still name; those that are gone are let go of."""
    rows = Attachment.objects.visible_to(actor).filter(public_id__in=report.photos, case=None) if report.photos else ()
    report.taken = list(rows)
    report.photos = [str(row.public_id) for row in report.taken]
    return report
