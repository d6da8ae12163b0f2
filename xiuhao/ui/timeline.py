"""The journal of a case as people read it: one sentence a line, its facts in words, what was written, the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xiuhao.kernel import chain
from xiuhao.kernel.access import Actor
from xiuhao.kernel.asks import PARTLY
from xiuhao.kernel.evidence import Ref
from xiuhao.kernel.models import Account, Attachment, Case, Journal, Unit
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.ui import pages, words

SIZE = 50
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WAS = "was."  # before the key of a text: what stood there until this line
KINDS = {"all": gettext_lazy("全部"), "talk": gettext_lazy("沟通"), "acts": gettext_lazy("操作"), "system": gettext_lazy("系统")}
PEOPLE = ("owner", "asked_by", "deputy_of")
TO = "to"  # the key under which every process asks who is given the work: an account, named as it was though it may be chosen no more
OWN_FACTS = frozenset({"given", "contents", "clocks", "waived", "voided", "ask", "outcome", "turn", "answers", *PEOPLE, "unit"})


@dataclass
class Entry:
    """One line: `sentence` is safe, `facts` are (label, value), `texts` are (label, text or None once erased)."""

    line: Journal
    sentence: SafeString
    transition: Transition | None = None
    facts: list[tuple[str, Any]] = field(default_factory=list)
    texts: list[tuple[str, str | None]] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    keyed_texts: dict[str, str | None] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        """The sentence without markup."""
        return unescape(strip_tags(self.sentence))

    @property
    def kind(self) -> str:
        if self.line.actor_kind == "system":
            return "system"
        return "talk" if self.texts or self.line.actor_kind == "customer" else "acts"

    @property
    def look(self) -> str:
        """How its words are coloured: said by the customer, said to the customer, among ourselves."""
        return "customer-said" if self.line.actor_kind == "customer" else "public" if self.line.public else "inner"


@dataclass
class Timeline:
    """A page of lines, newest first; runs of system lines lie folded in `groups` of more than one."""

    entries: list[Entry]
    older: int | None
    kind: str

    @property
    def groups(self) -> Iterator[list[Entry]]:
        numbered = enumerate(self.entries)
        for (system, _own), group in groupby(numbered, lambda pair: (pair[1].kind == "system", 0 if pair[1].kind == "system" else pair[0])):
            folded = [entry for _index, entry in group]
            yield folded if system else folded[:1]


def timeline(process: Process, case: Case, actor: Actor, *, kind: str = "all", before: int | None = None, public: bool = False) -> Timeline:
    """At most SIZE lines older than line `before`. Four to seven statements, however many lines. The actor must see the case."""
    lines = Journal.objects.filter(case_id=case.pk)
    if public:
        lines = lines.filter(public=True)
    if before is not None:
        lines = lines.filter(seq__lt=before)
    if kind == "system":
        lines = lines.filter(actor_kind="system")
    elif kind != "all":
        lines = lines.exclude(actor_kind="system")
    found = list(lines.order_by("-seq")[: SIZE + 1])
    older = found[SIZE - 1].seq if len(found) > SIZE else None
    made = entries(process, found[:SIZE], actor)
    return Timeline([e for e in made if kind != "talk" or e.kind == "talk"], older, kind)


def entries(process: Process, lines: Sequence[Journal], actor: Actor) -> list[Entry]:
    """These lines in words."""
    return entries_of([(process, line) for line in lines], actor)


def entries_of(lines: Sequence[tuple[Process, Journal]], actor: Actor) -> list[Entry]:
    """Lines of any processes in words: one statement a table, however many lines of however many processes."""
    names = _names(lines, actor)
    texts = chain.read_contents([line for _process, line in lines])
    ids = set(_named([line for _process, line in lines]))
    files = {}
    if ids:
        rows = Attachment.objects.visible_to(actor).filter(public_id__in=ids).select_related("file")
        files = {str(row.public_id): row for row in rows}
    return [_entry(process, line, names[process.key], texts.get(line.pk, {}), files) for process, line in lines]


def _named(lines: Sequence[Journal]) -> Iterator[str]:
    """The ids of files among the lists that lines were given; others hold keys, or parts with quantities."""
    for line in lines:
        for value in line.data.get("given", {}).values():
            yield from (one for one in value if isinstance(one, str) and _ID.fullmatch(one)) if isinstance(value, list) else ()


def _entry(process: Process, line: Journal, names: _Names, texts: dict[str, str | None], files: dict[str, Attachment]) -> Entry:
    verbs = {t.key: t for t in process.transitions}
    transition = verbs.get(line.data.get("answers", "") if line.verb == PARTLY else line.verb)
    made = Entry(line, _in_turn(line, _sentence(process, line, transition, names)), transition)
    needs = {need.key: need for need in transition.needs} if transition else {}
    for key, value in line.data.get("given", {}).items():
        need = needs.get(key)
        if need is not None and need.widget in ("files", "photos"):
            made.files += [files[i] for i in value if i in files]
        elif need is not None and value is not False:
            said = names.of(need, value) if isinstance(need, Ref) else words.evidence_value(need, value)
            said = need.in_words(value, line.data) if need.in_words else said
            was = line.data.get("was", {})
            made.facts.append((str(need.label), _change(words.evidence_value(need, was[key]), said) if key in was else said))
    made.facts += _own_facts(process, line, names)
    made.keyed_texts = {
        key: words.masked(needs[key], text) if text and key in needs else text for key, text in texts.items() if not key.startswith(WAS)
    }
    for key, text in made.keyed_texts.items():
        before, label = texts.get(f"{WAS}{key}"), str(needs[key].label) if key in needs else ""
        before = words.masked(needs[key], before) if before and key in needs else before
        if text is not None and key in needs and not getattr(needs[key], "lines", False):
            made.facts.append((label, _change(before, text) if before else text))
        else:
            made.texts.append((label, text))
            made.texts += [(_("{label}（修改前）").format(label=label), before)] if before else []
    return made


def _in_turn(line: Journal, sentence: SafeString) -> SafeString:
    """With which step it was, where a row of authority names several posts."""
    if "turn" not in line.data:
        return sentence
    turn, turns = line.data["turn"]
    return format_html(_("{sentence}（第 {turn} 步，共 {turns} 步）"), sentence=sentence, turn=turn, turns=turns)


def _change(before: Any, after: Any) -> SafeString:
    return format_html("{} → {}", words.show(before), words.show(after))


def _own_facts(process: Process, line: Journal, names: _Names) -> list[tuple[str, Any]]:
    """What the engine and `do` noted beside the evidence."""
    found: list[tuple[str, Any]] = []
    data = line.data
    if data.get("owner") and "owner" not in data.get("given", {}):
        found.append((_("经办人"), names.people.get(data["owner"], data["owner"])))
    if data.get("unit"):
        found.append((_("所属单位"), names.units.get(data["unit"], data["unit"])))
    for key, outcome in data.get("clocks", {}).items():
        found.append((str(process.clock(key).label), _("超时") if outcome == "broken" else _("按时")))
    for key in data.get("lifted", {}):
        found.append((str(process.clock(key).label), _("之前记下的超时不成立：实际发生在时限之内，手机联网后才报上来")))
    if data.get("deputy_of"):
        found.append((_("代"), names.people.get(data["deputy_of"], "")))
    if data.get("waived"):
        needs = {need.key: str(need.label) for verb in process.transitions if verb.key == line.verb for need in verb.needs}
        found.append((_("免于"), _("、").join(needs.get(key, key) for key in data["waived"])))
    if data.get("voided"):
        labels = {ask.key: ask.label for ask in process.asks}
        found.append((_("内容已变，作废"), _("、").join(str(labels.get(key, key)) for key in data["voided"])))
    told = pages.case_page(process).told
    return found + [(str(label), str(value)) for label, value in (told(data) if told else ())]


def _sentence(process: Process, line: Journal, transition: Transition | None, names: _Names) -> SafeString:
    who = format_html("<b>{}</b>", actor_name(line))
    if transition is None:
        return _system_sentence(process, line, who)
    if transition.says:
        values = {"actor": who, "before": _label(process, line.before), "after": _label(process, line.after)}
        values |= {key: names.said(key, value) for key, value in {**line.data, **line.data.get("given", {})}.items() if key != "given"}
        needs = {need.key: need for need in transition.needs}
        values |= {
            k: words.evidence_value(needs[k], v)
            for k, v in line.data.get("given", {}).items()
            if k in needs and not isinstance(needs[k], Ref)
        }
        try:
            return format_html(str(transition.says), **values)
        except (KeyError, IndexError):  # an optional fact was not given this time
            pass
    if line.before and line.after != line.before:
        return format_html("{} {} <span class='soft'>→ {}</span>", who, transition.label, _label(process, line.after))
    return format_html("{} {}", who, transition.label)


def _system_sentence(process: Process, line: Journal, who: SafeString) -> SafeString:
    """Lines that no declared verb wrote: clocks, an erasure, a state taken over from elsewhere."""
    data = line.data
    clock = next((c.label for c in process.clocks if c.key == data.get("clock")), "")
    due = words.moment(datetime.fromisoformat(data["due"])) if data.get("due") else ""
    said = {
        "clock_warn": _("“{clock}”临近时限（{due}），已提醒"),
        "clock_breach": _("“{clock}”已超时（应于 {due}）"),
        "clock_escalate": _("“{clock}”超时升级"),
        "clock_moved": _("“{clock}”的时限改为 {due}：{why}") if due else _("“{clock}”的时限已更正，继续后生效：{why}"),
        "content_erased": _("{who} 依规清除了一段内容：{reason}"),
        "imported_state": _("{who} 导入了原系统的状态"),
    }.get(line.verb, _("{who} 记录了 {verb}"))
    return format_html(said, clock=clock, due=due, why=data.get("why", ""), who=who, reason=data.get("reason", ""), verb=line.verb)


def _label(process: Process, state: str) -> str:
    return str(next((s.label for s in process.states if s.key == state), state))


def actor_name(line: Journal) -> str:
    """Who it was, in words."""
    standing = {"system": _("系统"), "customer": _("客户")}
    return standing.get(line.actor_kind) or line.actor_name or _("未知")


def _names(lines: Sequence[tuple[Process, Journal]], actor: Actor) -> dict[str, _Names]:
    """By process the names behind the ids of its lines, one statement a table for all of them."""
    people = {line.data[key] for _process, line in lines for key in PEOPLE if line.data.get(key)}
    people |= {to for _process, line in lines if isinstance(to := line.data.get("given", {}).get(TO), int)}
    units = {line.data["unit"] for _process, line in lines if line.data.get("unit")}
    accounts = dict(Account.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
    places = dict(Unit.objects.filter(pk__in=units).values_list("pk", "name")) if units else {}
    by_process = {process.key: process for process, _line in lines}
    found = {key: _Names(process, [line for p, line in lines if p.key == key], accounts, places) for key, process in by_process.items()}
    tables: dict[type[Model], set[int]] = {}
    for names in found.values():
        for key, model in names.columns.items():
            tables.setdefault(model, set()).update(names.ids[key])
    rows = {model: model._base_manager.select_related(*getattr(model, "NAMED_BY", ())).in_bulk(ids) for model, ids in tables.items()}
    for names in found.values():
        names.take(rows, actor)
    return found


class _Names:
    """Names behind the ids of some lines of one process: of rows that evidence names through the record's own column of that name,
    where there is one."""

    def __init__(self, process: Process, lines: Iterable[Journal], people: dict[int, str], units: dict[int, str]) -> None:
        self.people, self.units = people, units
        self.found: dict[tuple[str, int], str] = {}
        self.refs = {need.key: need for t in process.transitions for need in t.needs if isinstance(need, Ref)}
        self.ids: dict[str, set[int]] = {}
        for line in lines:
            for key, value in line.data.get("given", {}).items():
                if key in self.refs and isinstance(value, int):
                    self.ids.setdefault(key, set()).add(value)
        columns = {f.name: f.related_model for f in apps.get_model(process.record)._meta.get_fields() if f.is_relation}
        self.columns = {key: model for key in self.ids if (model := columns.get(key))}

    def take(self, read: Mapping[type[Model], Mapping[int, Any]], actor: Actor) -> None:
        """The names: of what was read of the columns' tables, of people, else of what may be chosen."""
        for key, ids in self.ids.items():
            if key in self.columns:
                rows = read[self.columns[key]]
            else:
                rows = self.people if key == TO else {i: self.refs[key].find(actor, i) for i in ids}
            self.found |= {(key, pk): str(rows[pk]) for pk in ids if rows.get(pk) is not None}

    def of(self, need: Ref, value: Any) -> str:
        return self.found.get((need.key, value), value if isinstance(value, str) else f"#{value}")

    def said(self, key: str, value: Any) -> Any:
        """A fact for a sentence: a name instead of an id."""
        if isinstance(value, int) and (key, value) in self.found:
            return self.found[key, value]
        if key in PEOPLE:
            return self.people.get(value, "")
        return self.units.get(value, "") if key == "unit" else value
