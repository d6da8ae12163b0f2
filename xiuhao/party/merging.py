"""One customer entered twice becomes one, and can become two again: what hangs on it moves, cases stay where they are.

Whatever is asked of one is asked of the family (`families.family`): the one that stayed and those merged into it. A merged row points
at the end of the way, so there is no chain to follow and no circle to fall into; rows are locked in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import blind
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party.models import Address, Contact, Customer, Email, Merge, Phone, PurchaseCard
from xiuhao.party.organisation import note

PARTS: tuple[tuple[str, Any], ...] = (("phone", Phone), ("address", Address), ("email", Email))
WHOLES: tuple[tuple[str, Any], ...] = (("contact", Contact), ("card", PurchaseCard))  # each its own: nothing that both could have


def locked(actor: Actor, pks: Iterable[int]) -> dict[int, Customer]:
    """These customers and those merged into them, by id, locked in one order. Refused not_found (404) for one that is not visible."""
    wanted = set(pks)
    if Customer.objects.visible_to(actor).filter(pk__in=wanted).count() != len(wanted):
        raise Refused("not_found", {}, status=404)
    rows = Customer.objects.unscoped("visible, and the rows that hang on them")
    found = rows.filter(Q(pk__in=wanted) | Q(merged_into__in=wanted)).order_by("pk").select_for_update(of=("self",))
    return {row.pk: row for row in found}


def told_why(reason: str) -> str:
    """The reason, cleaned; Refused reason_missing (422)."""
    why = clean_text(reason, 200)
    if len(why) < 2:
        raise Refused("reason_missing", {}, status=422)
    return why


@transaction.atomic
def merge(actor: Actor, into: int, away: int, reason: str, also: Callable[[int, int], dict[str, Any]] = lambda into, away: {}) -> Merge:
    """`away` is the same customer as `into`: later contacts find `into`. `also` moves what modules above know, and says what it moved.

    Raises Refused: not_found (404), merge_self, reason_missing (422), merged_already (409).
    """
    why = told_why(reason)
    if into == away:
        raise Refused("merge_self", status=422)
    rows = locked(actor, (into, away))
    if rows[into].merged_into_id is not None or rows[away].merged_into_id is not None:
        raise Refused("merged_already")
    stays, goes = rows[into], rows[away]
    moved: dict[str, Any] = {key: _move(model, into, away) for key, model in PARTS}
    moved |= {key: _hand_over(model, into, away) for key, model in WHOLES}
    moved["lent"], moved["names"] = _lend(into, away), _learn_names(stays, goes)
    moved["children"] = [pk for pk, row in rows.items() if row.merged_into_id == away]
    moved |= also(into, away)
    goes.merged_into = stays
    goes.save(update_fields=["merged_into"])
    Customer.objects.unscoped("locked above").filter(pk__in=moved["children"]).update(merged_into=stays)
    made = Merge(into=stays, away=goes, at=now(), actor_id=actor.id, actor_name=actor.name[:60], reason=why, moved=moved)
    made.save(force_insert=True)
    for pk, other in ((into, away), (away, into)):
        note(actor, "merge", f"party.customer:{pk}", why, other=other, merge=made.pk)
    return made


def _move(model: Any, into: int, away: int) -> dict[str, Any]:
    """What `into` does not have yet goes to it; `first` was the first one of `away`."""
    rows = model.objects.unscoped("of customers locked above")
    has = {bytes(row.blind) for row in rows.filter(customer=into)}
    going = [row for row in rows.filter(customer=away).order_by("pk") if bytes(row.blind) not in has]
    first = next((row.pk for row in going if row.is_primary), None)
    ids = [row.pk for row in going]
    rows.filter(pk__in=ids).update(customer=into, is_primary=False)
    if ids and not has:
        rows.filter(pk=first or ids[0]).update(is_primary=True)
    return {"ids": ids, "first": first}


def _hand_over(model: Any, to: int, of: int, only: Iterable[int] | None = None) -> list[int]:
    """All rows of `of` (or only these) belong to `to` now; which."""
    rows = model.objects.unscoped("of customers locked above").filter(customer=of)
    found = list((rows if only is None else rows.filter(pk__in=only)).order_by("pk").values_list("pk", flat=True))
    model.objects.unscoped("of customers locked above").filter(pk__in=found).update(customer=to)
    return found


def _lend(into: int, away: int) -> list[list[int]]:
    """A number that both have identifies the one that stays."""
    rows, lent = Phone.objects.unscoped("of customers locked above"), []
    for theirs in rows.filter(customer=away, identity__isnull=False):
        same = rows.filter(customer=into, blind=theirs.blind).first()
        if same is not None:
            rows.filter(pk=theirs.pk).update(identity=None)
            rows.filter(pk=same.pk).update(identity=theirs.blind)
            lent.append([theirs.pk, same.pk])
    return lent


def _blind(name: str) -> str:
    return blind("".join(name.split()).casefold(), where="party_merge.name").hex()


def _learn_names(stays: Customer, goes: Customer) -> list[str]:
    """Names that only the other had are further names; hashes of those that came."""
    known = {_blind(name) for name in (stays.name, *stays.aliases.splitlines()) if name}
    fresh = {_blind(name): name for name in (goes.name, *goes.aliases.splitlines()) if name and _blind(name) not in known}
    if fresh:
        stays.aliases = "\n".join(filter(None, [stays.aliases, *fresh.values()]))
        stays.save(update_fields=["aliases"])
    return list(fresh)


@transaction.atomic
def split(actor: Actor, pk: int, reason: str, also: Callable[[Merge], None] = lambda merge: None) -> Merge:
    """Undo a merge: what came with `away` and is still there goes back to it. `also` takes back what modules above had moved.

    Raises Refused: not_found (404), reason_missing (422), split_already, merge_later (409: what stayed was merged on since).
    """
    why = told_why(reason)
    found = Merge.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    rows = locked(actor, (found.into_id,))
    found = Merge.objects.unscoped("visible, asked again under the lock").get(pk=pk)
    if found.undone_at is not None:
        raise Refused("split_already")
    if rows[found.into_id].merged_into_id is not None:
        raise Refused("merge_later")
    for key, model in PARTS:
        _return(model, found.into_id, found.away_id, found.moved[key])
    for key, model in WHOLES:
        _hand_over(model, found.away_id, found.into_id, found.moved.get(key, ()))
    for theirs, same in found.moved["lent"]:
        kept = Phone.objects.unscoped("of customers locked above")
        if kept.filter(pk=same, customer=found.into_id, identity__isnull=False).update(identity=None):
            kept.filter(pk=theirs).update(identity=kept.get(pk=theirs).blind)
    stays = rows[found.into_id]
    stays.aliases = "\n".join(name for name in stays.aliases.splitlines() if _blind(name) not in found.moved["names"])
    stays.save(update_fields=["aliases"])
    also(found)
    Customer.objects.unscoped("locked above").filter(pk=found.away_id).update(merged_into=None)
    children = Customer.objects.unscoped("locked above").filter(pk__in=found.moved["children"], merged_into=found.into_id)
    children.update(merged_into=found.away_id)
    found.undone_at, found.undone_by, found.undone_reason = now(), actor.id, why
    found.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    for customer in (found.into_id, found.away_id):
        note(actor, "split", f"party.customer:{customer}", why, merge=found.pk)
    return found


def _return(model: Any, into: int, away: int, moved: dict[str, Any]) -> None:
    rows = model.objects.unscoped("of customers locked above")
    back = list(rows.filter(pk__in=moved["ids"], customer=into).values_list("pk", flat=True))
    lost_first = rows.filter(pk__in=back, is_primary=True).exists()
    rows.filter(pk__in=back).update(customer=away, is_primary=False)
    if back and not rows.filter(customer=away, is_primary=True).exists():
        rows.filter(pk=moved["first"] if moved["first"] in back else back[0]).update(is_primary=True)
    if lost_first and (left := rows.filter(customer=into).order_by("pk").first()):
        rows.filter(pk=left.pk).update(is_primary=True)
