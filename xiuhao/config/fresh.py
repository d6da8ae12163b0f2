"""What is derived from our files and must be fresh before we serve: catalogues, static files, reference data."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from xiuhao.config.environment import ROOT, environment
from xiuhao.config.offspring import command

PACKAGE = ROOT / "xiuhao"


def compile_catalogues() -> None:
    """Compile each catalogue that is newer than its compiled form."""
    for source in PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parts[-3])
        draft = compiled.with_suffix(f".mo{os.getpid()}")
        with draft.open("wb") as file:
            write_mo(file, catalog)
        draft.replace(compiled)


def collect_static() -> None:
    """Hash and compress the static files into <folder>/static, where any of them changed since."""
    with _when_changed("static", [ROOT / "requirements/run.lock", *PACKAGE.glob("*/static/**/*")]) as changed:
        if changed:
            words = command("collectstatic", "--noinput", "--clear", "-v", "0")
            subprocess.run(words, check=True, env={**os.environ, "XIUHAO_HASHED_STATIC": "1"})


def seed() -> None:
    """Enter calendars, policies and reference data that ship with the product and are not there yet, where they changed."""
    with _when_changed("seeds", [*PACKAGE.glob("*/**/*.yaml"), *PACKAGE.glob("*/**/seeds.py"), *PACKAGE.glob("*/actions.py")]) as changed:
        if changed:
            subprocess.run(command("seed", "-v", "0"), check=True)


@contextlib.contextmanager
def _when_changed(name: str, files: Iterable[Path]) -> Iterator[bool]:
    """Whether any of the files changed since the block was last left without an error (kept in <folder>/<name>.stamp)."""
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file():
            found = path.stat()
            digest.update(f"{path}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    stamp = environment.folder / f"{name}.stamp"
    changed = not stamp.exists() or stamp.read_text() != digest.hexdigest()
    yield changed
    if changed:
        stamp.write_text(digest.hexdigest())
