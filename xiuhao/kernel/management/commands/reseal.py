"""`python -m xiuhao reseal`: after a new data key was put first, seal everything with it, so that the old one can go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models, transaction
from psycopg import sql

from xiuhao.kernel.crypto import EncryptedText, Unreadable, reseal, ring

BATCH = 500


class Command(BaseCommand):
    help = "Seal all personal data with the current data key. May be stopped and run again; runs beside daily work."

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = 0
        for model, field, where in sealed_columns():
            done, lost = _column(model, field, where)
            unreadable += lost
            self.stdout.write(f"{where}: {done} resealed" + (f", {lost} unreadable" if lost else ""))
        if unreadable:
            raise CommandError(f"{unreadable} values do not open with any key of the ring: keep the old keys.")


def sealed_columns() -> Iterator[tuple[type[models.Model], models.Field[Any, Any], str]]:
    """Every column that holds sealed values, with the place bound into them: encrypted fields, and binary ones named `…sealed`."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedText):
                yield model, field, field.where
            elif isinstance(field, models.BinaryField) and field.name.endswith("sealed"):
                yield model, field, f"{model._meta.db_table}.{field.column}"


def _column(model: type[models.Model], field: models.Field[Any, Any], where: str) -> tuple[int, int]:
    """How many values were sealed anew, and how many do not open."""
    pk = model._meta.pk
    names = {"table": model._meta.db_table, "key": pk.column, "column": field.column}
    named = {name: sql.Identifier(value) for name, value in names.items()}
    read = sql.SQL(
        "SELECT {key}, {column} FROM {table} WHERE octet_length({column}) > 0 AND get_byte({column}, 0) <> %s"
        " AND ({key} > %s OR %s) ORDER BY {key} LIMIT %s FOR UPDATE"
    ).format(**named)
    write = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s").format(**named)
    done, lost, first = 0, 0, True
    last: Any = None  # a key is a number or a UUID
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL xiuhao.reseal = 'on'")  # the journal's contents let this change through
            cursor.execute(read.as_string(), [ring().current, last, first, BATCH])
            rows = cursor.fetchall()
            for key, blob in rows:
                try:
                    cursor.execute(write.as_string(), [reseal(blob, where=where), key])
                    done += 1
                except Unreadable:
                    lost += 1
        if len(rows) < BATCH:
            return done, lost
        last, first = rows[-1][0], False
