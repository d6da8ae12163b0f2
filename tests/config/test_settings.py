"""Settings by environment: what is given is obeyed, what is wrong is said, keys are made once and kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pydantic import ValidationError

from xiuhao.config import database, keys
from xiuhao.config.environment import Environment

KEY = "A" * 43 + "="


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Environment:
    for name in ("DATABASE_URL", "XIUHAO_FOLDER", "XIUHAO_STATEMENT_TIMEOUT_MS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Environment()


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Environment.model_fields.items() if not field.description] == []


def test_the_public_address_gives_hosts_and_security(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = given(monkeypatch, XIUHAO_PORT="8500", XIUHAO_HOST="0.0.0.0")
    assert (plain.address, plain.secure) == ("http://127.0.0.1:8500", False)
    public = given(monkeypatch, XIUHAO_BASE_URL="https://help.example.com/", XIUHAO_ALLOWED_HOSTS="a.example, b.example")
    assert (public.address, public.secure) == ("https://help.example.com", True)
    assert {"help.example.com", "a.example", "b.example"} <= set(public.hosts)


@pytest.mark.parametrize(("name", "value"), [
    ("XIUHAO_PORT", "99999"), ("XIUHAO_WEB_WORKERS", "none"), ("XIUHAO_RUNTIME_ROLE", "a;b"), ("XIUHAO_TRUSTED_PROXIES", "10.0.0.1,nginx"),
    ("XIUHAO_BASE_URL", "help.example.com"),
])  # fmt: skip
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name.removeprefix("XIUHAO_").lower()):
        given(monkeypatch, **{name: value})


def test_a_server_is_used_as_its_owner_says(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://own:pw@db.example:5433/x?sslmode=require"
    alone = given(monkeypatch, DATABASE_URL=url, XIUHAO_STATEMENT_TIMEOUT_MS="5000")
    entry = database.settings(alone)
    assert (entry["HOST"], entry["PORT"], entry["NAME"], entry["USER"], entry["PASSWORD"]) == ("db.example", "5433", "x", "own", "pw")
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert "role=xiuhao" in entry["OPTIONS"]["options"]
    assert "statement_timeout=5000" in entry["OPTIONS"]["options"]
    assert "options" not in database.owner_settings(alone)["OPTIONS"]
    apart = given(monkeypatch, DATABASE_URL=url, XIUHAO_OWNER_DATABASE_URL="postgresql://boss@db.example/x")
    assert "role=" not in database.settings(apart)["OPTIONS"]["options"]
    assert database.owner_settings(apart)["USER"] == "boss"
    with pytest.raises(ImproperlyConfigured, match="not a PostgreSQL address"):
        database.settings(given(monkeypatch, DATABASE_URL="mysql://x"))


def test_the_embedded_database_gives_daily_work_few_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    own = given(monkeypatch)
    assert database.settings(own)["USER"] == "xiuhao"
    assert database.owner_settings(own)["USER"] == "xiuhao_owner"


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = keys.data_keys(tmp_path, "")
    assert keys.data_keys(tmp_path, "") == first
    assert list(first) == ["1"]
    assert keys.index_key(tmp_path, "") != first["1"]
    for kept in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert sorted(kept.name for kept in (tmp_path / "keys").iterdir()) == ["data_key", "index_key"]


def test_given_keys_win_and_wrong_ones_are_named(tmp_path: Path) -> None:
    assert keys.data_keys(tmp_path, f"2:{KEY},1:{KEY}") == {"2": KEY, "1": KEY}
    assert keys.text_key(tmp_path, "secret_key", "given") == "given"
    assert not (tmp_path / "keys").exists()
    for wrong in (KEY, f"300:{KEY}", f"1:{KEY},1:{KEY}", "1:short", "1:"):
        with pytest.raises(ImproperlyConfigured, match="XIUHAO_DATA_KEYS"):
            keys.data_keys(tmp_path, wrong)
    with pytest.raises(ImproperlyConfigured, match="XIUHAO_INDEX_KEY"):
        keys.index_key(tmp_path, "short")
