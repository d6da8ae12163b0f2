from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig


class SampleConfig(AppConfig):
    """The app `sample`; its process is declared by the fixture `errand` only."""

    name = "tests.sample"
    label = "sample"
    path = str(Path(__file__).parent)
