"""What is kept of a person: gathered from every module that keeps something, for themselves to see and to take along."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile

from django.db.models import Q
from django.http import FileResponse, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel import chain, files, registry
from xiuhao.kernel.discretion import spoken
from xiuhao.kernel.models import Attachment, Case, Journal, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.party import queries as people
from xiuhao.party.models import PURPOSES, Consent, Contact, Customer, PurchaseCard
from xiuhao.privacy.models import SubjectRequest
from xiuhao.product import queries as products

ACTIVE = tuple("=+-@\t\r\0＝＋－＠")  # what a spreadsheet may take for the beginning of a formula
LINES = 200  # of the journal of one case


def held(customer: int) -> dict[str, Any]:
    """Everything that is kept of a customer and of those who are the same person, in plain: only for them, or whoever answers them.
    What never leaves the house (CS3-5.3) is taken out of the texts."""
    family = list(people.family([customer]))
    rows = people.dress(Customer.objects.unscoped("a person's own data, for themselves").filter(pk__in=family).order_by("pk"))
    return {
        "made_at": _when(now()),
        "person": [_person(row) for row in rows],
        "purchases": list(_purchases(family)),
        "devices": [_device(device) for devices in products.devices_of(family).values() for device in devices],
        "consents": list(_consents(family)),
        "cases": [_case(case) for case in _cases(family)],
        "messages": list(_messages(family)),
        "files": [_file(row) for row in _files(family)],
    }


def _when(at: Any) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _person(row: Customer) -> dict[str, Any]:
    contacts = Contact.objects.unscoped("a person's own data, for themselves").filter(customer=row)
    return {
        "name": row.name, "other_names": row.aliases.splitlines(), "kind": str(row.get_kind_display()), "language": row.language,
        "region": row.region, "notes": spoken(row.notes), "since": _when(row.created_at),
        "phones": [each.number for each in row.numbers], "addresses": [str(people.place_of(each)) for each in row.places],
        "emails": [each.address for each in row.mails], "contacts": [{"name": each.name, "post": each.post} for each in contacts],
    }  # fmt: skip


def _purchases(family: list[int]) -> Iterator[dict[str, Any]]:
    rows = PurchaseCard.objects.unscoped("a person's own data, for themselves").filter(customer__in=family).order_by("pk")
    for row in rows:
        yield {"serial": row.serial, "card_no": row.card_no, "id_no": row.id_no, "registered_at": _when(row.registered_at)}


def _device(device: Any) -> dict[str, Any]:
    return {
        "serial": device.serial or "", "product": str(device.model or device.category or ""),
        "purchased_on": str(device.purchased_on or ""), "installed_on": str(device.installed_on or ""), "invoice_no": device.invoice_no,
    }  # fmt: skip


def _consents(family: list[int]) -> Iterator[dict[str, Any]]:
    labels = dict(PURPOSES)
    rows = Consent.objects.unscoped("a person's own data, for themselves").filter(customer__in=family).order_by("pk")
    for row in rows:
        yield {
            "purpose": str(labels[row.purpose]), "given": row.given, "at": _when(row.at), "way": str(row.get_way_display()),
            "notice": row.notice,
        }  # fmt: skip


def _cases(family: list[int]) -> list[Case]:
    rows = Case.objects.unscoped("a person's own data, for themselves").filter(customer_id__in=family)
    return list(rows.order_by("pk"))


def _case(case: Case) -> dict[str, Any]:
    """What its public lines say; what colleagues noted among themselves is not the person's."""
    process = registry.process(case.process)
    lines = list(Journal.objects.filter(case=case, public=True).order_by("seq")[:LINES])
    texts = chain.read_contents(lines)
    verbs = {verb.key: str(verb.label) for verb in process.transitions}
    return {
        "number": case.number, "kind": str(process.label), "title": spoken(case.title), "opened_at": _when(case.opened_at),
        "closed_at": _when(case.closed_at) if case.closed_at else "",
        "lines": [
            {
                "at": _when(line.occurred_at), "what": verbs.get(line.verb, line.verb),
                "texts": _spoken(texts.get(line.pk, {}), process.ours(line.verb) if line.actor_kind != "customer" else ()),
            }
            for line in lines
        ],
    }  # fmt: skip


def _spoken(texts: Mapping[str, str | None], ours: Collection[str]) -> dict[str, str | None]:
    return {key: text and spoken(text) for key, text in texts.items() if key not in ours}


def _messages(family: list[int]) -> Iterator[dict[str, Any]]:
    rows = Message.objects.filter(case__customer_id__in=family, to_account=None).order_by("pk")
    for row in rows:
        yield {"at": _when(row.created_at), "channel": row.channel, "subject": spoken(row.subject)}


def _files(family: list[int]) -> list[Attachment]:
    """The pictures and files of their cases: what they handed in, and what is public of what others did."""
    rows = Attachment.objects.unscoped("a person's own data, for themselves").filter(case__customer_id__in=family)
    return list(rows.filter(Q(public=True) | Q(uploaded_by_kind="customer")).select_related("case", "file").order_by("pk"))


def _file(row: Attachment) -> dict[str, Any]:
    assert row.case is not None
    name, place = files.served_name(row), _place(row)
    return {"case": row.case.number, "name": name, "bytes": row.file.size, "at": _when(row.created_at), "file": place}


def _place(row: Attachment) -> str:
    """Where it lies in the archive."""
    return f"files/{row.pk}-{files.served_name(row)}"


def _archive(found: dict[str, Any], family: list[int]) -> IO[bytes]:
    """Everything with the files themselves, on disk while it is sent; one that the disk has lost is only listed."""
    target = TemporaryFile()  # noqa: SIM115  # the response closes it
    with ZipFile(target, "w", ZIP_STORED) as archive:
        archive.writestr("data.json", json.dumps(found, ensure_ascii=False, indent=2))
        archive.writestr("data.csv", table(found))
        for row in _files(family):
            if (path := files.path_of(row.file_id)).exists():
                archive.write(path, _place(row))
    target.seek(0)
    return target


def table(found: dict[str, Any]) -> str:
    """The same as lines of a table: part, number, field, value; no cell that a spreadsheet would compute."""
    out = io.StringIO()
    out.write("\ufeff")
    sheet = csv.writer(out)
    sheet.writerow([_("部分"), _("序号"), _("字段"), _("内容")])
    for part, rows in found.items():
        for number, row in enumerate(rows if isinstance(rows, list) else [{part: rows}], 1):
            for path, value in _flat(row):
                text = str(value)
                sheet.writerow([part, number, path, f"'{text}" if text.startswith(ACTIVE) else text])
    return out.getvalue()


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value, 1) if isinstance(value, list) else None
    if pairs is None:
        yield path, value
        return
    for key, each in pairs:
        yield from _flat(each, f"{path}.{key}" if path else str(key))


def handed(record: SubjectRequest, kind: str) -> HttpResponseBase:
    """The file, in JSON or CSV, or both with the pictures and files in a ZIP; nothing keeps it on the way. Refused not_found (404) for
    another kind."""
    if kind not in ("json", "csv", "zip"):
        raise Refused("not_found", {}, status=404)
    found = held(record.customer_id)
    name = f"personal-data-{record.case.number}.{kind}"
    if kind == "zip":
        archive = _archive(found, list(people.family([record.customer_id])))
        response: HttpResponseBase = FileResponse(archive, content_type="application/zip")
    elif kind == "json":
        response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    else:
        response = HttpResponse(table(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
