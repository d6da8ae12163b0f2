"""The script of a call: its steps, which version holds, what is said at a step. Data that branch; nothing here writes.

A script is a list of nodes in the order in which they are shown to its editors; the first one begins. See `script.yaml`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from django.utils.translation import gettext

from xiuhao.calls import names
from xiuhao.calls.models import ScriptVersion
from xiuhao.kernel import facts, policy, rulebook
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.masking import surname as surname_of
from xiuhao.kernel.policy import Column
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rulebook.carriers import Bound
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _

FILE = Path(__file__).with_name("script.yaml")
KINDS = {
    "say": _("说"), "ask": _("问"), "choose": _("选"), "look_up": _("查"), "confirm": _("确认"),
    "call_back": _("登记回电"), "goodbye": _("道别"),
}  # fmt: skip
FIELDS = ("surname", "contact_name", "contact_phone", "contact_address", "description")
SETS = ("kind", "urgency", "category", "demand")  # what an answer puts into the form; the demand goes with what is restated
PLACES = frozenset({"greeting", "company", "surname", "name", "spelt", "phone"})
NAMES = frozenset({"name", "spelt"})  # places that say a whole name aloud
MOST_NODES = 60
MOST_SAID = 2000  # characters of an answer
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KNOWN = {"key", "kind", "title", "say", "next", "always", "clauses", "field", "options"}

policy.table(
    "calls.greeting", _("问候语"), (Column("hour", _("钟点"), "number"),), (Column("words", _("问候"), "words"),),
    help=_("按本单位的钟点问候来电客户。"),
)  # fmt: skip
policy.table("calls.company", _("应答时报的单位名"), (), (Column("words", _("单位名"), "words"),))
policy.table("calls.pause", _("道别后等几秒挂机"), (), (Column("seconds", _("秒"), "number", unit=_("秒")),))
policy.table(
    "calls.answer",
    _("常见问题答案"),
    (),
    (
        Column("question", _("问题")),
        Column("keywords", _("关键词")),
        Column("technical", _("技术问题"), "flag"),
        Column("text", _("答案")),
    ),
    help=_("接线时当场查用；查不到的技术问题登记回电。"),
)


@dataclass(frozen=True)
class Option:
    """A branch: where it leads, what it notes, what it puts into the form ("kind:complaint")."""

    label: str
    to: str = ""
    value: str = ""
    sets: str = ""

    @property
    def put(self) -> tuple[str, str]:
        """The field and its value; ("", "") for none."""
        field, _colon, value = self.sets.partition(":")
        return field, value


@dataclass(frozen=True)
class Node:
    """One step. `say` has places ({greeting}, {phone}, …); `clauses` are kept by doing it and broken by skipping it."""

    key: str
    kind: str
    title: str
    say: str
    next: str = ""
    always: bool = False
    clauses: tuple[str, ...] = ()
    field: str = ""
    options: tuple[Option, ...] = ()

    @property
    def label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def places(self) -> frozenset[str]:
        """What its words leave open."""
        return frozenset(_places(self.say))

    def leads(self, branch: int | None) -> str:
        """The next step after a branch (from 1), or without one."""
        if branch is not None and 1 <= branch <= len(self.options):
            return self.options[branch - 1].to or self.next
        return self.next or next((option.to for option in self.options if option.to), "")

    def chosen(self, branch: Any) -> tuple[str, str]:
        """The field and the value that a branch (from 1, as it was sent) puts into the form; ("", "") for none."""
        at = int(branch) if str(branch or "").isdecimal() and len(str(branch)) < 3 else 0
        return self.options[at - 1].put if 1 <= at <= len(self.options) else ("", "")

    @property
    def counted(self) -> tuple[str, ...]:
        """The clauses that this step counts for: those which are in force."""
        return tuple(clause for clause in self.clauses if _bound(clause).active)


@dataclass(frozen=True)
class Script:
    """The nodes of a version; `version` is None for what ships."""

    nodes: dict[str, Node]
    version: ScriptVersion | None = field(default=None, compare=False)

    @property
    def first(self) -> str:
        return next(iter(self.nodes))

    def node(self, key: str) -> Node:
        """The step of that key; Refused no_such_step (422)."""
        if key not in self.nodes:
            raise Refused("no_such_step", {"step": key[:40]}, status=422)
        return self.nodes[key]

    @property
    def owed(self) -> list[Node]:
        """What every call owes that began the script."""
        return [node for node in self.nodes.values() if node.always]


@cache
def _bound(clause: str) -> Bound:
    return rulebook.bind(clause, "calls", _("电话话术"))


def shipped() -> list[dict[str, Any]]:
    """The nodes of script.yaml."""
    return list(facts.read(FILE))


for _clause in sorted({clause for raw in shipped() for clause in raw.get("clauses", ())}):
    _bound(_clause)


def in_force(at: datetime | None = None) -> Script:
    """The script of a moment (now): the latest version that has begun, else what ships. One statement."""
    return of(ScriptVersion.objects.filter(since__lte=at or now(), withdrawn_at=None).order_by("-since").first())


def of(version: ScriptVersion | None) -> Script:
    """The script of a version; of none, what ships."""
    return Script(_read(json.dumps(version.nodes) if version else _shipped(), gettext("问")), version)


@cache
def _shipped() -> str:
    return json.dumps(shipped())


@lru_cache(maxsize=32)
def _read(text: str, _language: str) -> dict[str, Node]:
    return check(json.loads(text))


def told(data: Mapping[str, Any]) -> Node | None:
    """The step that a journal line names, as its version of the script has it (a line that tells none: as what ships has it)."""
    nodes = _edition(data.get("edition"), gettext("问"))
    return nodes.get(str(data.get("given", {}).get("node", "")))


@lru_cache(maxsize=64)
def _edition(pk: int | None, _language: str) -> dict[str, Node]:
    version = ScriptVersion.objects.filter(pk=pk).first() if pk else None  # once out, a version is never edited
    return of(version).nodes


def step_said(value: Any, data: Mapping[str, Any]) -> str:
    """A step by its title."""
    node = told(data)
    return node.title if node else str(value)


def branch_said(value: Any, data: Mapping[str, Any]) -> str:
    """A branch by its label."""
    options = node.options if (node := told(data)) else ()
    return options[int(value) - 1].label if 1 <= int(value) <= len(options) else str(value)


def check(raw: Any) -> dict[str, Node]:
    """Nodes by key, in order. Raises Refused script_… (422) for what could not be walked: unknown kinds, branches into nothing, steps
    that nothing leads to, no goodbye, places that nobody fills, unknown clauses."""
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_NODES or not all(isinstance(one, Mapping) for one in raw):
        raise Refused("script_list", {"most": MOST_NODES}, status=422)
    nodes: dict[str, Node] = {}
    for one in raw:
        node = _node(one)
        if node.key in nodes:
            raise _wrong(node.key, gettext("步骤重名"))
        nodes[node.key] = node
    for node in nodes.values():
        for to in (node.next, *(option.to for option in node.options)):
            if to and to not in nodes:
                raise _wrong(node.key, gettext("没有步骤 {to}").format(to=to))
        if node.kind != "goodbye" and not node.leads(None):
            raise _wrong(node.key, gettext("后面没有步骤"))
    lost = sorted(set(nodes) - _reached(nodes))
    if lost:
        raise _wrong(lost[0], gettext("没有步骤通到这里"))
    if not any(node.kind == "goodbye" for node in nodes.values()):
        raise _wrong("", gettext("缺少道别"))
    return nodes


def _node(raw: Mapping[str, Any]) -> Node:
    key, kind = str(raw.get("key", "")), str(raw.get("kind", ""))
    if not _KEY.fullmatch(key) or kind not in KINDS or set(raw) - _KNOWN:
        raise _wrong(key, gettext("名称、类型或项目不对"))
    options = tuple(
        Option(_said(one.get("label"), key), *(str(one.get(name, "")) for name in ("to", "value", "sets")))
        for one in raw.get("options", ())
    )
    if any(option.sets and (option.put[0] not in SETS or not option.put[1]) for option in options):
        raise _wrong(key, gettext("选项填到表单里的内容不对"))
    words, clauses = _said(raw.get("say"), key), tuple(str(clause) for clause in raw.get("clauses", ()))
    strange = _places(words) - PLACES
    if strange:
        raise _wrong(key, gettext("不认识的占位 {name}").format(name=min(strange)))
    if rulebook.unknown(clauses):
        raise _wrong(key, gettext("没有条款 {clause}").format(clause=rulebook.unknown(clauses)[0]))
    where = str(raw.get("field", ""))
    asks = kind == "ask" or (kind == "confirm" and where)
    if bool(asks) != (where in FIELDS) or (kind == "choose" and not options) or len(options) > 9:
        raise _wrong(key, gettext("问要有字段，选要有一到九个分支"))
    return Node(key, kind, _said(raw.get("title"), key), words, str(raw.get("next", "")), bool(raw.get("always")), clauses, where, options)


def _places(words: str) -> set[str]:
    return {name for _text, name, _spec, _how in Formatter().parse(words) if name is not None}


def _said(words: Any, key: str) -> str:
    if isinstance(words, str) and words:
        return words[:500]
    if not isinstance(words, Mapping) or not words.get("zh"):
        raise _wrong(key, gettext("缺少文字"))
    return said(str(words["zh"])[:500], str(words.get("en", ""))[:500])


def _wrong(key: str, why: str) -> Refused:
    return Refused("script_step", {"step": key[:40], "why": why}, status=422)


def _reached(nodes: Mapping[str, Node]) -> set[str]:
    found, ahead = set(), [next(iter(nodes))]
    while ahead:
        key = ahead.pop()
        if key and key not in found:
            found.add(key)
            ahead += [nodes[key].next, *(option.to for option in nodes[key].options)]
    return found


# What is said


def speak(node: Node, typed: Mapping[str, str]) -> str:
    """The words of a step with what was said so far: `typed` are the fields of the phone screen, and the surname."""
    name, phone = typed.get("contact_name", "").strip(), typed.get("contact_phone", "").strip()
    surname = typed.get("surname", "").strip() or surname_of(name)
    places = {
        "greeting": greeting(), "company": _words("calls.company"), "surname": surname, "name": name, "phone": grouped(phone) or "……",
        "spelt": gettext("、").join(told.words for told in names.tell(name)) or "……",
    }  # fmt: skip
    return node.say.format(**places)


def greeting(at: datetime | None = None) -> str:
    """Good morning, noon, afternoon or evening, by the clock (YD-2.1)."""
    return _words("calls.greeting", hour=local(at or now()).hour)


def _words(table: str, **facts: Any) -> str:
    row = policy.decide(table, facts)
    return said(row.value["words"]["zh"], row.value["words"].get("en", "")) if row else ""


def grouped(phone: str) -> str:
    """A mobile number as it is read back: 138 0013 8000 (YD-2.8); any other as it is."""
    digits = re.sub(r"\D", "", phone)
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if mobile(digits) else phone


def mobile(text: str) -> bool:
    """True for the eleven digits of a mobile number (YD-2.6)."""
    digits = re.sub(r"[\s\-]|^\+?86(?=1\d{10}$)", "", text)
    return bool(re.fullmatch(r"1[3-9]\d{9}", digits))
