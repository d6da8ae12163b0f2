"""The mark of a demo: that this database holds an invented company, and nothing of anybody else; and how far its past is filled in."""

from __future__ import annotations

from django.db import models

from xiuhao.kernel import roles
from xiuhao.kernel.access import EVERYTHING, NOTHING, Actor, Scoped
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.words import _

# What a comparison measures: label and unit. The clauses' shares are their figures, as their pages show them.
MEASURES = {
    "first_response": (_("首次响应按时"), " %"),
    "HA-3.2.1": (_("条款 HA-3.2.1（首次响应）做到"), " %"),
    "resolution": (_("解决按时"), " %"),
    "HA-4.1": (_("条款 HA-4.1（解决与回访）做到"), " %"),
    "promise": (_("承诺按时兑现"), " %"),
    "CS1-8.2": (_("条款 CS1-8.2（承诺时间）做到"), " %"),
    "queue_mean": (_("每日 18 点在办（平均）"), ""),
    "queue_most": (_("每日 18 点在办（最多）"), ""),
    "hours": (_("从受理到归档的小时数（中位）"), ""),
}


def _system_only(actor: Actor) -> models.Q:
    return EVERYTHING if actor.kind == "system" else NOTHING


class Demo(models.Model):
    """One row where the demo company was made: until which moment it was simulated, from which seed, and the token of its API
    account, which could be shown only once otherwise. `later` is what `rest` needs to live through what it opened without: how many
    parts, who has what to do (as in `History.busy`), and the tickets whose calls are missing (number, line, kind, who took it)."""

    made_until = models.DateTimeField()
    seed = models.BigIntegerField()
    token = EncryptedText()
    later = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    objects = Scoped["Demo"]()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="demo_once")]

    @classmethod
    def scope(cls, actor: Actor) -> models.Q:
        """The system only: its log-ins are for who runs the installation."""
        return _system_only(actor)


class History(models.Model):
    """The past behind the demo, lived through day by day: `done` of `days` days since `begin`, each committed whole with its mark here.

    `busy` is what people still have to do of the days that are done (log-in → [begin, end] in seconds of the epoch).
    """

    begin = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    requests = models.PositiveIntegerField()  # planned for all days together
    seed = models.BigIntegerField()
    rest = models.PositiveSmallIntegerField(default=0, db_default=0)  # parts of the demo's own days that come before the first of these
    done = models.PositiveSmallIntegerField(default=0)
    born = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)  # of work, so far
    stumbled = models.PositiveIntegerField(default=0)  # stories that the engine stopped
    busy = models.JSONField(default=dict)

    objects = Scoped["History"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="history_once"),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("days")), name="history_days"),
        ]

    @classmethod
    def scope(cls, actor: Actor) -> models.Q:
        """The system only: a page shows no more of it than how far it is."""
        return _system_only(actor)


class Comparison(models.Model):
    """The last answer to "what if": the question, and what came out without and with the change."""

    asked_at = models.DateTimeField()
    question = models.JSONField()
    before = models.JSONField()
    after = models.JSONField()

    objects = Scoped["Comparison"]()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="comparison_once")]

    @property
    def rows(self) -> list[dict[str, str]]:
        """What a table shows: label, before, after."""
        return [
            {"label": str(label), "before": f"{self.before[key]}{unit}", "after": f"{self.after[key]}{unit}"}
            for key, (label, unit) in MEASURES.items()
        ]

    @classmethod
    def scope(cls, actor: Actor) -> models.Q:
        """Who plans the work, and the system."""
        return EVERYTHING if actor.kind == "system" or actor.holds(*roles.RULE_KEEPERS) else NOTHING
