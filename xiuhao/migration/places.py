"""Where the cases of another system land, and what was last said of its words: both are asked once and offered again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.migration.models import Meaning, MigrationRun
from xiuhao.migration.subject import Units

Place = tuple[int, str]  # id and path of a unit


def offered() -> list[tuple[int, str]]:
    """The units in use in the order of the tree, each with those above it but for the head."""
    every = {unit.pk: unit for unit in Unit.objects.order_by("path")}
    shown = {pk: " / ".join(every[int(part)].name for part in unit.path.split(".") if part) for pk, unit in every.items()}
    return [(pk, shown[pk]) for pk, unit in every.items() if unit.active]


def guess(actor: Actor, names: Iterable[str]) -> dict[str, int | None]:
    """Their names of units → ours of the same name; None for a person to say."""
    units, found = Units(actor), dict[str, int | None]()
    for name in names:
        try:
            found[name] = units.find(name).pk
        except Refused:
            found[name] = None
    return found


def recall(run: MigrationRun) -> None:
    """Fill in what was said the last time, for the words and units that this file has too."""
    last = Meaning.objects.filter(process=run.process, source=run.source).first()
    if last is None:
        return
    able = {pk for pk, _label in offered()}
    run.mapping |= {word: key for word, key in last.words.items() if word in run.words}
    run.units |= {name: pk for name, pk in last.units.items() if name in run.units and pk in able}
    run.unit_id = last.unit_id if last.unit_id in able else None


def remember(run: MigrationRun) -> None:
    """Keep what was said, beside what was said of other words of that system."""
    last, _new = Meaning.objects.get_or_create(process=run.process, source=run.source)
    last.words, last.units, last.unit_id = {**last.words, **run.mapping}, {**last.units, **run.units}, run.unit_id
    last.save()


def checked(run: MigrationRun, units: Mapping[str, int | None], unit: int | None) -> None:
    """Settle where cases land. Refused units_missing, unit_unknown (422)."""
    able, chosen = {pk for pk, _label in offered()}, {name: units.get(name, run.units[name]) for name in run.units}
    if missing := [name for name, pk in chosen.items() if pk is None]:
        raise Refused("units_missing", {"units": "、".join(missing)[:300], "count": len(missing)}, status=422)
    if strange := {unit, *chosen.values()} - able - {None}:
        raise Refused("unit_unknown", {"unit": str(strange.pop())}, status=422)
    run.units, run.unit_id = chosen, unit


def placing(run: MigrationRun) -> Callable[[str], Place | None]:
    """What finds the place of a case by what the file calls its unit; None where nothing was chosen."""
    wanted = {pk for pk in (*run.units.values(), run.unit_id) if pk}
    paths = dict(Unit.objects.filter(pk__in=wanted).values_list("pk", "path"))

    def place(name: str) -> Place | None:
        pk = run.units.get(name) or run.unit_id
        return (pk, paths[pk]) if pk else None

    return place
