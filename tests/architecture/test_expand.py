"""K7: a migration only adds what old code can ignore, so that both versions run on the new tables. What takes away is listed, with why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField, AlterField, DeleteModel, RemoveField, RenameField, RenameModel
from django.db.migrations.state import ProjectState

from xiuhao.config.ladder import MODULES

LISTED = Path(__file__).with_name("contracted.txt")


def contracting() -> Iterator[str]:
    """Each step of a migration after a module's first that old code would stumble over, as "module.migration: what"."""
    loader, state = MigrationLoader(None), ProjectState()
    for app, name in loader.graph._generate_plan(loader.graph.leaf_nodes(), True):  # type: ignore[attr-defined]
        for step in loader.graph.nodes[(app, name)].operations:
            if app in MODULES and not name.startswith("0001"):
                yield from (f"{app}.{name}: {what}" for what in stumbles(app, step, state))
            step.state_forwards(app, state)


def stumbles(app: str, step: object, state: ProjectState) -> Iterator[str]:
    """What this step takes away from old code."""
    if isinstance(step, RemoveField | RenameField | RenameModel | DeleteModel):
        yield step.describe()
    elif isinstance(step, AddField) and not (step.field.null or step.field.many_to_many or step.field.has_db_default()):
        yield f"{step.describe()}, which old code does not fill"
    elif isinstance(step, AlterField):
        was, now = state.models[app, step.model_name_lower].fields[step.name], step.field
        if was.null and not now.null:
            yield f"{step.describe()}: may no longer be empty"
        kept = was.get_internal_type() == now.get_internal_type() and (was.max_length or 0) <= (now.max_length or 10**9)
        if not kept and not was.is_relation:
            yield f"{step.describe()}: another or a shorter type"


def test_K7_migrations_expand_and_what_contracts_is_listed() -> None:
    listed = [line.split("  #")[0].strip() for line in LISTED.read_text().splitlines() if line and not line.startswith("#")]
    assert sorted(contracting()) == sorted(listed), "list it with the reason why no old code can still be at work"


def test_K7_the_check_sees_what_contracts() -> None:
    state = ProjectState.from_apps(apps)
    assert list(stumbles("kernel", RemoveField("case", "title"), state)) and list(stumbles("kernel", DeleteModel("case"), state))
