"""The mark of a demo: that this database holds an invented company, and nothing of anybody else."""

from __future__ import annotations

from django.db import models

from xiuhao.kernel.access import EVERYTHING, NOTHING, Actor, Scoped
from xiuhao.kernel.crypto import EncryptedText


class Demo(models.Model):
    """One row where the demo company was made: until which moment it was simulated, from which seed, and the token of its API
    account, which could be shown only once otherwise."""

    made_until = models.DateTimeField()
    seed = models.BigIntegerField()
    token = EncryptedText()

    objects = Scoped["Demo"]()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="demo_once")]

    @classmethod
    def scope(cls, actor: Actor) -> models.Q:
        """The system only: its log-ins are for who runs the installation."""
        return EVERYTHING if actor.kind == "system" else NOTHING
