"""How often something was done lately."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Throttle(models.Model):
    """The last accepted moments of one key, at most as many as its limit. The key is a keyed hash: no address or phone is kept.

    The table is unlogged: losing it in a crash costs nothing but some patience of ours, and counting costs no flush.
    """

    key = models.BinaryField(primary_key=True, max_length=16)
    hits = ArrayField(models.DateTimeField())
    expires_at = models.DateTimeField()
