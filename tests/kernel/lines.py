"""Cases with journal lines, written by hand: for tests of what lies below the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from xiuhao.kernel import chain
from xiuhao.kernel.models import Account, Case, Content, Journal, Unit

AT = datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=UTC)
numbers = count(1)


def a_unit(name: str = "总部", parent: Unit | None = None, kind: str = "head") -> Unit:
    """A unit with its path."""
    unit = Unit.objects.create(name=name, kind=kind, parent=parent, path=f"new {next(numbers)}")
    unit.path = f"{parent.path if parent else ''}{unit.pk}."
    unit.save()
    return unit


def an_account(unit: Unit, login: str = "", **fields: Any) -> Account:
    """A member of staff with the password that all tests use."""
    login = login or f"login{next(numbers)}"
    return Account.objects.create_user(login, fields.pop("password", None), unit=unit, **{"name": login, **fields})


def a_case(unit: Unit | None = None, **fields: Any) -> Case:
    """A case without a line yet."""
    unit = unit or Unit.objects.first() or a_unit()
    defaults = {"process": "sample", "number": f"S{next(numbers)}", "state": "open", "opened_at": AT, "changed_at": AT}
    return Case.objects.unscoped("test").create(unit=unit, unit_path=unit.path, **{**defaults, **fields})


def write(case: Case, verb: str = "note", texts: dict[str, str] | None = None, **fields: Any) -> Journal:
    """Append a chained line with sealed texts, as the engine does."""
    sealed = {key: chain.seal_content(text) for key, text in (texts or {}).items()}
    data = fields.pop("data", {}) | {"contents": {key: digest.hex() for key, (_s, _salt, digest) in sealed.items()}}
    line = Journal(
        case=case, seq=case.chain_length + 1, process=case.process, verb=verb, before=case.state, after=case.state,
        occurred_at=AT, actor_kind="system", data=data, previous=bytes(case.chain_head), **fields,
    )  # fmt: skip
    line.hash = chain.digest_line(line.previous, line)
    line.save()
    Content.objects.bulk_create(
        Content(line=line, case=case, key=key, sealed=blob, salt=salt) for key, (blob, salt, _digest) in sealed.items()
    )
    case.chain_head, case.chain_length = line.hash, line.seq
    case.save(update_fields=["chain_head", "chain_length"])
    return line
