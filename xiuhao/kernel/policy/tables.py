"""Which decision tables there are: declared by modules, and derived from the clocks and approvals of every process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xiuhao.kernel import roles
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy.columns import Column
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _

if TYPE_CHECKING:
    from xiuhao.kernel.rulebook.carriers import Bound

OVERRIDES = "rulebook.override"
_LIMIT = Column("limit", _("时限"), "limit")
_CALENDAR = Column("calendar", _("工作历"), "calendar")
_LEVELS = Column("levels", _("预警与升级"), "levels", required=False)
_PRIORITY = Column("priority", _("优先级"), "number")
_AMOUNT = Column("amount", _("金额"), "number", unit="¥")
_ROLE = Column("role", _("核决岗位"), "role")
_WITH = Column("with", _("会同岗位"), "choices", lambda: roles.GRANTED, required=False, help=_("与核决岗位一起，不分先后，都同意才算。"))
_IN_ORDER = _("前面的都同意以后，再按这里的次序一个接一个同意。各步须由不同的人答复。")
_THEN = Column("then", _("再经岗位"), "roles", required=False, help=_IN_ORDER)


@dataclass(frozen=True)
class Table:
    """A decision table: the columns of its conditions and of its values.

    `module` owns it. `free` lets conditions name facts that nobody has described. `validate(value)` raises Refused for what single
    columns cannot show. `example(row)`: a worked example of the row in words, "" of none. `holds` are the clauses that `validate` sees to:
    each edit that it lets pass keeps them.
    """

    key: str
    label: str
    columns: tuple[Column, ...] = ()
    values: tuple[Column, ...] = ()
    module: str = "kernel"
    free: bool = False
    validate: Callable[[Mapping[str, Any]], None] | None = None
    help: str = ""
    example: Callable[[PolicyRow], str] | None = None
    holds: tuple[Bound, ...] = ()

    def column(self, key: str, value: Any = "") -> Column:
        """The condition of that key. Refused("condition_unknown", 422) where the table does not know it; where it is free, a
        condition of the kind that `value` shows."""
        for column in self.columns:
            if column.key == key:
                return column
        if self.free:
            return Column(key, key, _kind(value))
        raise Refused("condition_unknown", {"table": self.label, "condition": key[:40]}, status=422)

    def clean_match(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Conditions as they are kept; Refused(422) names the column that is wrong."""
        return {key: self.column(key, value).clean_match(value) for key, value in raw.items()}

    def clean_value(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Values as they are kept. Refused(422): value_unknown, missing, and what the columns and the table refuse."""
        known = {column.key: column for column in self.values}
        if not known:
            return dict(raw)
        strange = sorted(set(raw) - set(known))
        if strange:
            raise Refused("value_unknown", {"table": self.label, "values": strange}, status=422)
        found: dict[str, Any] = {}
        for key, column in known.items():
            value = raw.get(key)
            if value in (None, "", [], {}):
                if column.required and column.kind == "flag":  # a box that is not ticked says no
                    value = False
                elif column.required:
                    raise Refused("missing", {"label": column.label}, status=422)
                else:
                    continue
            found[key] = column.clean(value)
        if self.validate:
            self.validate(found)
        return found

    def conditions(self, match: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(label, words) of each condition."""
        return self._say(match, self.columns)

    def results(self, value: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(label, words) of each value."""
        return self._say(value, self.values)

    @staticmethod
    def _say(found: Mapping[str, Any], columns: tuple[Column, ...]) -> list[tuple[str, str]]:
        """In the order of the columns, whatever the database made of it; what no column describes comes last."""
        known = {c.key: c for c in columns}
        order = [key for key in known if key in found] + [key for key in found if key not in known]
        return [(str(c.label), c.says(found[key])) for key in order for c in [known.get(key) or Column(key, key)]]


def _kind(value: Any) -> str:
    one = value[0] if isinstance(value, list | tuple) and value else value
    if isinstance(one, bool):
        return "flag"
    return "number" if isinstance(one, int | float | Mapping) else "text"


_declared: dict[str, Table] = {}
_facts: dict[str, tuple[Column, ...]] = {}


def table(
    key: str,
    label: str,
    columns: tuple[Column, ...] = (),
    value_fields: tuple[Column, ...] = (),
    validate: Callable[[Mapping[str, Any]], None] | None = None,
    *,
    module: str = "",
    help: str = "",  # noqa: A002
    example: Callable[[PolicyRow], str] | None = None,
    holds: tuple[Bound, ...] = (),
) -> Table:
    """Declare a decision table. Without `module` the first part of the key is its owner."""
    made = Table(key, label, columns, value_fields, module or key.split(".")[0], validate=validate, help=help, example=example, holds=holds)
    _declared[key] = made
    return made


def facts(process: str, *columns: Column) -> None:
    """Describe the facts of a process: the conditions of all its clocks' and approvals' tables."""
    _facts[process] = columns


def tables() -> dict[str, Table]:
    """Every table by key: those declared, one for each clock with a limit, one for each approval with an amount."""
    from xiuhao.kernel import registry

    found: dict[str, Table] = {}
    for process in registry.processes():
        known, free = _facts.get(process.key, ()), process.key not in _facts
        owner = process.record.split(".")[0]
        for clock in process.clocks:
            if not clock.due:
                key = f"clock.{process.key}.{clock.key}"
                label = f"{process.label} · {clock.label}"
                found[key] = Table(key, label, (*known, _PRIORITY), (_LIMIT, _CALENDAR, _LEVELS), owner, free)
        for ask in process.asks:
            if ask.amount:
                key = f"authority.{process.key}.{ask.key}"
                found[key] = Table(key, f"{process.label} · {ask.label}", (_AMOUNT, *known), (_ROLE, _WITH, _THEN), owner, free, _each_once)
    return {**found, **_declared}


def _each_once(value: Mapping[str, Any]) -> None:
    """No post agrees twice by one row of authority. Refused role_twice (422)."""
    named = [value["role"], *value.get("with", ()), *value.get("then", ())]
    if twice := [role for role in dict.fromkeys(named) if named.count(role) > 1]:
        raise Refused("role_twice", {"roles": [roles.LABELS[role] for role in twice]}, status=422)


def table_of(key: str) -> Table:
    """The table of that key; one that nothing declares (its process is gone) reads as it is stored."""
    return tables().get(key) or Table(key, key, module=key.split(".")[0], free=True)


def naming(row: PolicyRow) -> str:
    """What a row is called among people: its note, else whom it is for; never its key."""
    pairs = table_of(row.table).conditions(row.match)
    return row.why or _("、").join(f"{label} {said}" for label, said in pairs) or str(_("其他情况"))


def module_of(key: str) -> str:
    """The module that a table serves: its own, or that of the process whose clock or approval it is."""
    return table_of(key).module


def _clauses() -> dict[str, str]:
    from xiuhao.kernel import rulebook

    return {id_: f"{id_} {found.text}" for id_, found in rulebook.clauses().items()}


def _says_something(value: Mapping[str, Any]) -> None:
    if not value.get("off") and not value.get("text"):
        raise Refused("override_empty", {}, status=422)


table(
    OVERRIDES,
    _("条款调整"),
    (Column("clause", _("条款"), "choice", _clauses),),
    (Column("off", _("停用"), "flag", required=False), Column("text", _("改写"), "words", required=False)),
    _says_something,
    module="kernel",
    help=_("本企业对条款的改写或停用，自生效日起适用。"),
)
