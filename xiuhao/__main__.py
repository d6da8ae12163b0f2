"""The command line: `python -m xiuhao <command>`; without arguments it lists the commands."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one management command with our settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["python -m xiuhao", *sys.argv[1:]])


if __name__ == "__main__":
    main()
