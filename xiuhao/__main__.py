"""The command line: `python -m xiuhao <command>`; without arguments it lists the commands."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path

# These start the database themselves, expect it to run, or do not need it; every other command finds it running.
BY_THEMSELVES = {
    "up",
    "database",
    "web",
    "worker",
    "scheduler",
    "dispatcher",
    "check",
    "help",
    "version",
    "makemigrations",
    "translations",
    "collectstatic",
}


def main() -> int:
    """Run one management command with our settings; the embedded database runs at least as long as the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
    gc.disable()  # nothing is garbage while all is loaded; `config.apps` turns it on
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import ProgrammingError
    from psycopg.errors import UndefinedTable
    from pydantic import ValidationError

    try:
        from xiuhao.config.environment import environment
    except ValidationError as error:
        print(
            *(f"XIUHAO_{'.'.join(map(str, e['loc'])).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()),
            sep="\n",
            file=sys.stderr,
        )
        return 1
    from xiuhao.config.postgres import Trouble, cluster

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    needs = environment.embedded and command not in BY_THEMSELVES and not command.startswith("-") and "--help" not in sys.argv
    try:
        with cluster(environment.folder).available() if needs else contextlib.nullcontext():
            execute_from_command_line(["python -m xiuhao", *sys.argv[1:]])
    except (Trouble, ImproperlyConfigured) as trouble:
        print(f"xiuhao: {trouble}", file=sys.stderr)
        return 1
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable):
            raise
        print("xiuhao: Nothing is set up here yet: scripts/run does it, or `python -m xiuhao migrate`.", file=sys.stderr)
        return 1
    except OSError as error:
        if not error.filename or not Path(str(error.filename)).is_relative_to(environment.folder):
            raise
        print(f"XIUHAO_FOLDER: {error.filename}: {error.strerror}. Give a folder that can be made and written.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
