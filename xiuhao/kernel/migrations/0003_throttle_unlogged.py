"""Counts of attempts need no log: a crash may forget them."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("kernel", "0002_guards"),)

    operations = (migrations.RunSQL("ALTER TABLE kernel_throttle SET UNLOGGED", "ALTER TABLE kernel_throttle SET LOGGED"),)
