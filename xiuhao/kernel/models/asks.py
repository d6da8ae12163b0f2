"""Asks and approvals: who was asked what, and what they answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Coalesce

from xiuhao.kernel import roles
from xiuhao.kernel.models.case import Case
from xiuhao.kernel.models.journal import Journal
from xiuhao.kernel.models.people import Grant, Unit

if TYPE_CHECKING:
    from xiuhao.kernel.access import Actor


class CaseAsk(models.Model):
    """An addressed request of a case: to a person, or to a post (a role at a unit or above it).

    `digest` is the hash of the content that an approval covers; `outcome` is empty while it is open, then agreed, refused, or
    void when the content changed under it. `policy` is the authority row that chose the deciding role.
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
    content = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    digest = models.BinaryField(max_length=32, null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    policy = models.ForeignKey("kernel.PolicyRow", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, blank=True)
    answered_by = models.BigIntegerField(null=True)
    answered_name = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)

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
        return cls.objects.filter(_put_to(actor), outcome="").exclude(asked_by=actor.id)

    @classmethod
    def open_to(cls, actor: Actor) -> models.QuerySet[CaseAsk]:
        """Open asks that wait for this actor: those put to them, and those put to a lower post that nobody but who asked holds."""
        stuck = _posts(actor.grants, _below(actor)) & ~Exists(_holders())
        return cls.objects.filter(_put_to(actor) | stuck, outcome="").exclude(asked_by=actor.id)

    @classmethod
    def answerable(cls, actor: Actor) -> models.QuerySet[CaseAsk]:
        """Open asks that this actor may answer (`asks.addressed`): those put to them or to a lower post than they hold."""
        return cls.objects.filter(_put_to(actor) | _posts(actor.grants, _below(actor)), outcome="").exclude(asked_by=actor.id)


def _put_to(actor: Actor) -> Q:
    """Asks put to this person, to one they stand in for, or to a post that either holds."""
    found = Q(to_account_id__in=actor.everyone_i_am) | _posts(actor.grants, {role: (role,) for role, _at in actor.grants})
    if lent := [(role, at) for role, at, _whose in stood_in(actor)]:
        found |= _posts(lent, {role: (role,) for role, _at in lent}) & ~Q(asked_by__in=actor.stands_for)
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
    """Who, other than who asked, holds the post that an ask is put to."""
    where = ExpressionWrapper(OuterRef("to_path"), models.CharField())
    held = Grant.in_force().filter(role=OuterRef("to_role"))
    return held.alias(where=where).filter(where__startswith=F("unit__path")).exclude(account_id=Coalesce(OuterRef("asked_by"), 0))
