"""What every test stands on: its own clone of the database, its own folder for files."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import datetime
from functools import wraps

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as examples
from pytest_django.plugin import DjangoDbBlocker

from tests import ground
from tests.browser import browser, context, page
from tests.harness import company
from tests.sample.fixtures import errand, office
from xiuhao.calls import script
from xiuhao.config import fresh
from xiuhao.kernel import calendars, time
from xiuhao.kernel.policy import book as policies
from xiuhao.learning import queries as learning

__all__ = ["browser", "company", "context", "errand", "office", "page"]

# The same examples each time, and none is too slow: a machine that stands still for a moment is no counterexample. Who looks for more
# runs a file with --hypothesis-profile=search.
examples.register_profile("search", deadline=None)
examples.register_profile("tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("tests")


def pytest_configure() -> None:
    """A fresh checkout has no compiled catalogues yet."""
    fresh.compile_catalogues()


# Minutes each: begun last, one of them would run on while the other processes have nothing left to do.
LONG = (
    "/test_fuzz", "/test_kills", "/test_outage", "/test_deploy", "/test_every_screen", "tests/access/", "tests/simulate/", "/test_drafts",
    "/test_group", "/test_killed", "/test_import_killed", "/test_second_start", "claim/test_races", "/test_learning",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before the runner reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process compiles the optimiser for all that uses it; what takes longest comes first."""
    for item in items:
        if "/dispatch/" in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("dispatch"))
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))


def pytest_collection_finish() -> None:
    """The tests and all that they brought in stay: the collector need not walk them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Instead of pytest-django's: a clone of the template, made anew after each test that commits."""
    settings = connections["default"].settings_dict
    name = ground.own_name()
    with ground.server():
        with django_db_blocker.unblock():
            template = ground.template()
        ground.sweep()
        ground.clone(template, name)
        settings["NAME"] = name

        def anew(case: TransactionTestCase) -> None:
            connections.close_all()
            ground.clone(template, name)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(TransactionTestCase, "_fixture_teardown", anew)
            yield
        connections.close_all()
        with ground.administrator() as admin:
            ground.drop(admin, name)


@pytest.fixture(autouse=True, scope="session")
def files_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Uploaded files of tests go to a folder that is thrown away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "XIUHAO_FILES", tmp_path_factory.mktemp("files"))
        yield


@pytest.fixture(autouse=True, scope="session")
def uncounted_clock() -> Iterator[None]:
    """The clock is asked once a second: how many statements something takes must not hang on how long it takes."""
    real = time.database_now

    @wraps(real)
    def uncounted() -> datetime:
        counting, connection.force_debug_cursor = connection.force_debug_cursor, False
        try:
            return real()
        finally:
            connection.force_debug_cursor = counting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "database_now", uncounted)
        yield


@pytest.fixture(autouse=True)
def own_memory() -> None:
    """A process keeps what it has read while a stamp or a key stands still; the next test's rows are others, though under the same."""
    policies._edition.set(None)
    calendars._edition.set(None)
    script._edition.cache_clear()
    learning._loaded.clear()


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page asked for in English leaves English active in its thread: no test begins in the language of the one before."""
    with translation.override(settings.LANGUAGE_CODE):
        yield
