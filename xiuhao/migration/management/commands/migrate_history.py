"""`migrate_history FILE`: cases of another system with their history, or our own export, become cases here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from xiuhao.kernel import accounts, registry, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.migration import meaning, places, running
from xiuhao.migration.models import MigrationRun
from xiuhao.migration.subject import Units

KEYS = ("source", "columns", "time", "words", "units", "unit")


class Command(BaseCommand):
    """Without a mapping it prints one to be corrected; killed in the middle it goes on when it is called again."""

    help = "Bring the history of another system (CSV, Excel) or our own export (JSONL)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mapping",
            type=Path,
            help="YAML or JSON with source, columns (role: header), time (a format), words (word: target), "
            "units (their name: ours, as 浙江公司/杭州站), unit (ours, for cases without one)",
        )
        parser.add_argument("--as", dest="login", required=True, help="log-in of the administrator or manager who orders it")
        parser.add_argument("--process", default="ticket")
        parser.add_argument("--check", action="store_true", help="only say what it would make")

    def handle(self, *args: Any, file: Path, mapping: Path | None, login: str, process: str, check: bool, **options: Any) -> None:
        account = Account.objects.filter(login=login, is_active=True).first()
        if account is None:
            raise CommandError(f"nobody here logs in as {login}")
        given = _mapping(mapping)
        with translation.override(account.language):
            try:
                self._go(accounts.actor_of(account), file, given, process, check, mapping is not None)
            except Refused as refused:
                raise CommandError(sentences.say(refused)) from None

    def _go(self, actor: Any, file: Path, given: Mapping[str, Any], process: str, check: bool, mapped: bool) -> None:
        begun = monotonic()
        run = running.start(
            actor, file.name, file.read_bytes(), process=process, columns=given.get("columns"), way=given.get("time", ""),
            source=given.get("source", ""),
        )  # fmt: skip
        words = {**run.mapping, **{str(k): str(v) for k, v in given.get("words", {}).items()}}
        self._say(run)
        if run.state == "mapping":
            if check or not (mapped or run.own):
                self._template(run, words)
                running.drop(run)
                return
            running.begin(run, words, *_places(actor, run, given))
        while running.carry_on(run):
            told = running.progress(run)
            took = monotonic() - begun
            self.stdout.write(f"{told['brought']}/{run.cases} cases, {told['through']}/{run.events} events, {took:.1f} s")
            self.stdout.flush()
        self._end(run)

    def _say(self, run: MigrationRun) -> None:
        told = run.told
        self.stdout.write(f"{run.name}: {run.read_as}, {told['rows']} rows, {run.cases} cases, {run.events} events")
        if not run.own:
            self.stdout.write(f"columns {run.columns}; times {' | '.join(run.formats)}; {told['first']} – {told['last']}")
        if told["faulty"]:
            self.stdout.write(f"{told['faulty']} cases cannot be read and are set aside:")
        for case, row, why in told["faults"][:20]:
            self.stdout.write(f"  row {row}, {case or '?'}: {why}")

    def _template(self, run: MigrationRun, words: Mapping[str, str]) -> None:
        """The mapping as far as it can be guessed, and what it would make."""
        able = meaning.targets(registry.process(run.process))
        self.stdout.write("# targets: " + ", ".join(key for key, _label in able))
        way = run.formats[0] if len(run.formats) == 1 else ""
        asked = {word: words.get(word, "") for word in run.words}
        labels = dict(places.offered())
        asked_units = {name: labels.get(pk or 0, "") for name, pk in run.units.items()}
        shown = {"source": run.source, "columns": run.columns, "time": way, "words": asked, "units": asked_units}
        self.stdout.write(yaml.safe_dump(shown, allow_unicode=True, sort_keys=False))
        if all(words.get(word) for word in run.words):
            found = running.preview(run, words)
            self.stdout.write(f"# verbs {dict(found.verbs)}; states in the end {dict(found.ends)}")
            self.stdout.write(f"# moves unknown to our shape { ({f'{a} → {b}': n for (a, b), n in found.strange.items()}) }")

    def _end(self, run: MigrationRun) -> None:
        told, faults = running.progress(run), running.faults(run)
        self.stdout.write(f"{told['made']} cases made, {told['known']} were here, {told['written']} events written, {len(faults)} faults")
        for case, row, why in faults:  # all of them: what was not brought stands nowhere else
            self.stdout.write(f"  {case} (row {row}): {why}")
        for case, place, clause in running.differences(run)[:50]:
            self.stdout.write(f"  {case}, event {place}: our clocks see {clause} otherwise than the journal told")


def _places(actor: Actor, run: MigrationRun, given: Mapping[str, Any]) -> tuple[dict[str, int | None], int | None]:
    """What the mapping says of units, by their names here; where it says nothing, what was guessed or said before."""
    units, labels = Units(actor), {label: pk for pk, label in places.offered()}
    named = {name: labels.get(ours) or units.find(ours).pk for name, ours in given.get("units", {}).items() if ours}
    unit = str(given.get("unit") or "")
    return {**run.units, **named}, (labels.get(unit) or units.find(unit).pk) if unit else run.unit_id


def _mapping(path: Path | None) -> dict[str, Any]:
    """The file, as data. YAML reads JSON too."""
    if path is None:
        return {}
    text = path.read_text(encoding="utf-8-sig")
    try:
        found = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise CommandError(f"{path.name}: {error}") from None
    if not isinstance(found, dict) or set(found) - set(KEYS):
        raise CommandError(f"{path.name}: wants {', '.join(KEYS)}")
    return found
