"""Asks and approvals: who was asked what, and what they answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from xiuhao.kernel import roles
from xiuhao.kernel.models.case import Case
from xiuhao.kernel.models.journal import Journal
from xiuhao.kernel.models.people import Grant, Unit

if TYPE_CHECKING:
    from xiuhao.kernel.access import Actor


class CaseAsk(models.Model):
    """An addressed request of a case: to a person, or to a post (a role at a unit or above it).

    `digest` is the hash of the content that an approval covers (the content itself stands in the record, and nowhere else); `outcome` is
    empty while it is open, then agreed, refused, or void when the content changed under it. `policy` is the authority row that chose the
    deciding role.

    Where that row names several posts, each has an ask of its own, all with the line that asked: `posts` are they, step by step (those of
    one step in any order), `part` is this one's place among all of them (0: it is the only one). It is "partly" until all have agreed;
    `barred` are those who have answered another one, and for whom: they do not answer this one too.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    opened_by_line = models.ForeignKey(Journal, models.PROTECT, related_name="+")
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    to_account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to_role = models.CharField(max_length=20, blank=True)
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    to_path = models.CharField(max_length=200, blank=True)
    digest = models.BinaryField(max_length=32, null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    policy = models.ForeignKey("kernel.PolicyRow", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, blank=True)
    answered_by = models.BigIntegerField(null=True)
    answered_name = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    part = models.PositiveSmallIntegerField(default=0, db_default=0)
    posts = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    barred = ArrayField(models.BigIntegerField(), default=list, db_default=Value([], ArrayField(models.BigIntegerField())))

    class Meta:
        indexes = [
            models.Index(fields=["to_account"], condition=Q(outcome=""), name="ask_person"),
            models.Index(fields=["to_role", "to_path"], condition=Q(outcome=""), name="ask_post"),
            models.Index(fields=["case"], name="ask_case"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(to_account__isnull=False) | ~Q(to_role=""), name="ask_addressed"),
            # However many answer at once, one open ask of a kind and addressee has one answer.
            models.UniqueConstraint(
                fields=["case", "key", "to_account", "to_role"], condition=Q(outcome=""), nulls_distinct=False, name="ask_open_once"
            ),
        ]

    @classmethod
    def put_to(cls, actor: Actor) -> models.QuerySet[CaseAsk]:
        """Open asks that are addressed to this actor, to one they stand in for, or to a post that either holds."""
        return cls._open(_put_to(actor), actor)

    @classmethod
    def open_to(cls, actor: Actor) -> models.QuerySet[CaseAsk]:
        """Open asks that wait for this actor: those put to them, and those put to a lower post that nobody but who asked holds."""
        stuck = _posts(actor.grants, _below(actor)) & ~Exists(_holders())
        return cls._open(_put_to(actor) | stuck, actor)

    @classmethod
    def answerable(cls, actor: Actor) -> models.QuerySet[CaseAsk]:
        """Open asks that this actor may answer (`asks.addressed`): those put to them or to a lower post than they hold."""
        return cls._open(_put_to(actor) | _posts(actor.grants, _below(actor)), actor)

    @classmethod
    def _open(cls, wanted: Any, actor: Actor) -> models.QuerySet[CaseAsk]:
        """Open asks of these, but those that the actor has asked, or has agreed to as another post."""
        found = cls.objects.filter(wanted, outcome="").exclude(asked_by=actor.id)
        return found if actor.id is None else found.exclude(barred__contains=[actor.id])


def _put_to(actor: Actor) -> Q:
    """Asks put to this person, to one they stand in for, or to a post that either holds."""
    found = Q(to_account_id__in=actor.everyone_i_am) | _posts(actor.grants, {role: (role,) for role, _at in actor.grants})
    if lent := [(role, at) for role, at, _whose in stood_in(actor)]:
        barred = Q(asked_by__in=actor.stands_for) | Q(barred__overlap=list(actor.stands_for))
        found |= _posts(lent, {role: (role,) for role, _at in lent}) & ~barred
    return found


def stood_in(actor: Actor) -> tuple[tuple[str, str, int], ...]:
    """(role, path of the unit, whose) of the posts that this actor fills today for somebody who is away; looked up once an actor."""
    if not actor.stands_for:
        return ()
    if "stood_in" not in actor.extra:
        rows = Grant.in_force().filter(account_id__in=actor.stands_for).order_by("pk")
        actor.extra["stood_in"] = tuple(rows.values_list("role", "unit__path", "account_id"))
    found: tuple[tuple[str, str, int], ...] = actor.extra["stood_in"]
    return found


def _below(actor: Actor) -> dict[str, tuple[str, ...]]:
    """The posts below each that the actor holds."""
    return {held: tuple(role for role in roles.HIGHER if held in roles.above(role)) for held, _at in actor.grants}


def _posts(grants: Iterable[tuple[str, str]], wanted: Mapping[str, Collection[str]]) -> Q:
    """Asks put to these posts, by the role held, at or below the unit where it is held."""
    found = Q(pk__in=())
    for held, at in grants:
        if wanted[held]:
            # A post at or above the addressed unit: the unit's path begins with the path of the grant.
            found |= Q(to_role__in=wanted[held], to_account=None, to_path__startswith=at)
    return found


def _holders() -> models.QuerySet[Grant]:
    """Who, other than who asked and who has agreed as another post, holds the post that an ask is put to."""
    where = ExpressionWrapper(OuterRef("to_path"), models.CharField())
    agreed = Func(OuterRef("barred"), F("account_id"), function="array_position", output_field=models.IntegerField())
    held = Grant.in_force().filter(role=OuterRef("to_role")).alias(where=where, agreed=agreed)
    return held.filter(where__startswith=F("unit__path"), agreed=None).exclude(account_id=Coalesce(OuterRef("asked_by"), 0))
