"""A case, whatever its process, and the links between cases."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from xiuhao.kernel.access import NOTHING, Actor, Scoped, below
from xiuhao.kernel.models.people import Unit


class Rank(models.Func):
    """Where a case stands in a queue: seconds of its deadline, the older the sooner, less its head start; without a deadline it stands as
    if it had two weeks. It is never stored, and needs no clock: as time passes the rank of all moves alike, so that an index gives it.
    Four hours of waiting weigh as one hour of deadline. The function is the migration's."""

    function = "kernel_rank"
    output_field = models.FloatField()

    def __init__(self) -> None:
        super().__init__("due_at", "opened_at", "head_start")


class Cases(Scoped["Case"]):
    """Every case by `visible_to`, and those of one process at less cost."""

    def of(self, process: str, actor: Actor) -> models.QuerySet[Case]:
        """The cases of this process that the actor sees: the same as `visible_to` gives of it, by the conditions of this process alone."""
        rows = models.Manager.get_queryset(self).filter(process=process)
        return rows if actor.kind == "system" else rows.filter(Case.scope(actor, process))


class Case(models.Model):
    """One table for the cases of all processes; a process's own table shares its key (`Record`).

    `due_at` is the nearest breach of its open clocks, kept by the engine so that a queue can order by risk; `head_start` are the minutes
    by which it goes before others that are as near (`Rank`). `customer_id` names the outside party whose case it is, without a foreign
    key: the kernel does not know what a customer is. `keeper` answers for the case from the first contact to the end, whoever works on
    it; `origin_path` is the path of the unit in which it was born ("" by no unit: customers, the system). Neither follows the case when
    it moves (ADR 0010).
    """

    process = models.CharField(max_length=40)
    number = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=40)
    is_open = models.BooleanField(default=True)
    title = models.CharField(max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField(null=True)
    version = models.PositiveIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    unit_path = models.CharField(max_length=200)
    keeper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    origin_path = models.CharField(max_length=200, blank=True, default="")
    customer_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    head_start = models.PositiveSmallIntegerField(default=0, db_default=0)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    chain_head = models.BinaryField(max_length=32, default=b"")
    chain_length = models.PositiveIntegerField(default=0)

    objects = Cases()

    class Meta:
        indexes = [
            models.Index(fields=["process", "state", "-id"], condition=Q(is_open=True), name="case_open"),
            models.Index(fields=["process", "due_at"], condition=Q(is_open=True), name="case_risk"),
            models.Index("process", Rank(), "priority", "id", condition=Q(is_open=True), name="case_rank"),
            models.Index(fields=["owner", "process"], condition=Q(is_open=True), name="case_owner"),
            models.Index(fields=["keeper", "process"], condition=Q(is_open=True), name="case_keeper"),
            models.Index(fields=["unit_path"], name="case_unit_path", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["customer_id", "-id"], name="case_customer"),
            models.Index(fields=["process", "-opened_at", "-id"], name="case_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def scope(cls, actor: Actor, process: str | None = None) -> Q:
        """Staff: what lies or was born in their branch, what they own, answer for or are asked. Customers: their own. Others: nothing.
        `process` where only its cases are asked for: what is so of others is left out."""
        if actor.kind == "customer":
            mine = Q(pk__in=actor.cases)
            return mine if actor.customer is None else mine | Q(customer_id=actor.customer)
        if actor.kind not in {"staff", "import"}:
            return NOTHING
        shut, further = cls._apart(actor, process)
        if actor.reads_all and not shut:
            return Q()
        from xiuhao.kernel.models.asks import CaseAsk

        theirs = Q(owner_id=actor.id) | Q(keeper_id=actor.id) | Q(pk__in=CaseAsk.put_to(actor).values("case_id"))
        return cls._reached(actor, shut, process) | theirs | further

    @classmethod
    def _reached(cls, actor: Actor, shut: list[str], process: str | None) -> Q:
        """What the reading of whole units gives; of a process that it does not open nothing."""
        if shut and process:
            return NOTHING
        paths = actor.reading_paths()
        reached = Q() if actor.reads_all else below(paths) | below(paths, "origin_path")
        return reached & ~Q(process__in=shut) if shut else reached

    @classmethod
    def _apart(cls, actor: Actor, process: str | None) -> tuple[list[str], Q]:
        """What the reading of whole units does not decide: the processes that it does not open (`Process.closed`), and the cases that
        further roles of a process read in the units where this actor holds one (`Process.readers`), without what is kept from them."""
        from xiuhao.kernel import registry

        shut, found = [], NOTHING
        for each in [registry.process(process)] if process else registry.processes():
            if each.closed:
                shut.append(each.key)
            if each.readers and (paths := [at for role, at in actor.grants if role in each.readers]):
                mine = Q(process=each.key) & below(paths)
                found |= mine & ~each.kept_from(actor) if each.kept_from else mine
        return shut, found

    @classmethod
    def at_hand(cls, actor: Actor) -> Q:
        """Of what staff see, the work of their own branch and their own: without what was only born there and lies elsewhere."""
        everything = ~Q(pk__in=())  # not `Q()`, which leaves everything where it is excluded
        return everything if actor.reads_all else below(actor.reading_paths()) | Q(owner_id=actor.id)


class Record(models.Model):
    """What a process knows of its case, beyond what every case has: a table of the process's own, sharing the key."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="+")

    class Meta:
        abstract = True


class Link(models.Model):
    """Ties two cases of any processes: `kind` says how ("visit", "child", "merged")."""

    parent = models.ForeignKey(Case, models.PROTECT, related_name="+")
    child = models.ForeignKey(Case, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "child", "kind"], name="link_once"),
            models.CheckConstraint(condition=~Q(parent=models.F("child")), name="link_other"),
        ]
