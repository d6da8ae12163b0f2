"""Walks the journal and says of every case: intact, erased where it was erased, or broken and at which line."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from xiuhao.kernel.chain import digest_line, open_content, root_of
from xiuhao.kernel.crypto import Unreadable, salted_digest
from xiuhao.kernel.models import Case, Content, Journal, Seal

BATCH = 1000
SHOWN = 100  # breaks kept in a report; the rest is counted


@dataclass(frozen=True)
class Break:
    """Where the proof fails: the case's number (empty: a seal) and the line or seal, and why, as a code."""

    number: str
    at: int
    why: str

    def __str__(self) -> str:
        reasons = {
            "altered": _("内容与哈希不符"),
            "unlinked": _("与上一行不相接"),
            "gap": _("缺少记录"),
            "head": _("工单的链尾与最后一行不符"),
            "content_altered": _("加密内容被改动"),
            "content_missing": _("加密内容丢失"),
            "content_unannounced": _("多出未登记的加密内容"),
            "seal_altered": _("封存与流水不符"),
            "seal_unlinked": _("封存与上一次不相接"),
        }
        where = _("{number} 第 {at} 行").format(number=self.number, at=self.at) if self.number else _("第 {at} 次封存").format(at=self.at)
        return f"{where}: {reasons[self.why]}"


@dataclass
class Report:
    """What was walked and what was found. Intact means that nothing is broken; erased contents are no break."""

    cases: int = 0
    lines: int = 0
    contents: int = 0
    erased: int = 0
    seals: int = 0
    broken: int = 0
    breaks: list[Break] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.broken

    def note(self, number: str, at: int, why: str) -> None:
        self.broken += 1
        if len(self.breaks) < SHOWN:
            self.breaks.append(Break(number, at, why))

    def __str__(self) -> str:
        seen = _("{cases} 个单据, {lines} 行流水, {contents} 项加密内容(其中 {erased} 项已依规清除), {seals} 次封存").format(
            cases=self.cases, lines=self.lines, contents=self.contents, erased=self.erased, seals=self.seals
        )
        verdict = _("完整") if self.intact else _("{broken} 处被破坏").format(broken=self.broken)
        return "\n".join([f"{seen}: {verdict}", *map(str, self.breaks)])


def verify(case: Case | None = None) -> Report:
    """Recompute the chain of one case, or of all and every seal. Reads as a stream; memory does not grow with the journal."""
    report = Report()
    lines = Journal.objects.select_related("case").order_by("case_id", "seq")
    empty = Case.objects.unscoped("verification walks every case").filter(chain_length__gt=0)
    if case is not None:
        lines, empty = lines.filter(case=case), empty.filter(pk=case.pk)
    for lost in empty.exclude(Exists(Journal.objects.filter(case=OuterRef("pk")))).iterator(BATCH):
        report.note(lost.number, 1, "gap")
    with transaction.atomic():  # a server-side cursor lives in a transaction
        walk = Walk(report)
        stream = lines.iterator(BATCH)
        while batch := list(islice(stream, BATCH)):
            walk.batch(batch)
        walk.leave()
    if case is None:
        _verify_seals(report)
    return report


class Walk:
    """The way along the lines, in order of case and line."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.case: Case | None = None
        self.head = b""
        self.length = 0

    def batch(self, lines: list[Journal]) -> None:
        contents: dict[int, list[Content]] = {}
        for content in Content.objects.filter(line__in=lines):
            contents.setdefault(content.line_id, []).append(content)
        for line in lines:
            self.line(line)
            self.contents(line, contents.get(line.pk, []))

    def line(self, line: Journal) -> None:
        if self.case is None or self.case.pk != line.case_id:
            self.leave()
            self.case, self.head, self.length = line.case, b"", 0
            self.report.cases += 1
        self.report.lines += 1
        number = line.case.number
        if line.seq != self.length + 1:
            self.report.note(number, self.length + 1, "gap")
        elif bytes(line.previous) != self.head:
            self.report.note(number, line.seq, "unlinked")
        if digest_line(line.previous, line) != bytes(line.hash):
            self.report.note(number, line.seq, "altered")
        self.head, self.length = bytes(line.hash), line.seq

    def contents(self, line: Journal, contents: Iterable[Content]) -> None:
        digests = dict(line.data.get("contents", {}))
        for content in contents:
            self.report.contents += 1
            digest = digests.pop(content.key, None)
            if content.erased_at:
                self.report.erased += 1
            elif digest is None:
                self.report.note(line.case.number, line.seq, "content_unannounced")
            elif not _says(content, digest):
                self.report.note(line.case.number, line.seq, "content_altered")
        if digests:
            self.report.note(line.case.number, line.seq, "content_missing")

    def leave(self) -> None:
        """The end of a case's lines: the case must know the same end."""
        if self.case is not None and (bytes(self.case.chain_head), self.case.chain_length) != (self.head, self.length):
            self.report.note(self.case.number, self.length, "head")


def _says(content: Content, digest: str) -> bool:
    try:
        _salt, found = salted_digest(open_content(content) or "", bytes(content.salt))
    except Unreadable:
        return False
    return hmac.compare_digest(found.hex(), digest)


def _verify_seals(report: Report) -> None:
    since, previous = 0, b""
    for seal in Seal.objects.order_by("pk").iterator():
        report.seals += 1
        if bytes(seal.previous) != previous:
            report.note("", seal.pk, "seal_unlinked")
        if root_of(since, seal.upto_txid, bytes(seal.previous)) != (seal.lines, bytes(seal.root)):
            report.note("", seal.pk, "seal_altered")
        since, previous = seal.upto_txid, bytes(seal.root)
