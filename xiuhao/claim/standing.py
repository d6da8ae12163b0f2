"""Who acts where a post is held by nobody but the person complained about: the nearest post above it that somebody else holds. Where
nobody does, as of the general manager, the company names somebody else to the post: that is said, and nothing is asked before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xiuhao.claim.elements import ACTING, DECIDING, DEPARTMENT
from xiuhao.claim.models import Claim
from xiuhao.kernel import outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor, above
from xiuhao.kernel.models import Case, CaseAsk, Grant
from xiuhao.kernel.outbox import Recipient

FEW = 200
TURN = {state.key: role for state, role in DEPARTMENT.items()}
POSTS = tuple(sorted({*DEPARTMENT.values(), r.SALES_HEAD}))
# Not the general manager, who decides on what the office and the manager write: nobody answers what they asked themselves.
OTHERS = dict.fromkeys((r.OFFICE, r.MANAGER), (r.DEPUTY, r.DIRECTOR))
HIGHER = frozenset(one for post in POSTS for one in (OTHERS.get(post) or r.above(post)))


def stand_ins(record: Claim) -> Mapping[str, str]:
    """Post that only the person complained about holds here → the post that acts for it ("": nobody can). One statement, none where the
    complaint is about nobody."""
    about = record.complaint.about_id
    if about is None:
        return {}
    rows = Grant.in_force().filter(role__in={*POSTS, *HIGHER}, unit__path__in=above(record.case.unit_path), account__is_active=True)
    holders = list(rows.values_list("role", "account_id"))
    held, theirs = ({role for role, account in holders if (account == about) is it} for it in (False, True))
    empty = [post for post in POSTS if post in theirs and post not in held]
    return {post: next((one for one in OTHERS.get(post) or r.above(post) if one in held), "") for post in empty}


def relations(actor: Actor, case: Case | None, record: Claim) -> Iterable[str]:
    """Whoever holds the post that acts for another has that one's part in this claim."""
    if case is None or actor.kind != "staff" or not actor.holds(*HIGHER, path=case.unit_path) or actor.id == record.complaint.about_id:
        return ()
    return [post for post, acting in stand_ins(record).items() if acting and actor.holds(acting, path=case.unit_path)]


def acting(record: Claim) -> str:
    """The post that acts in this stage for another; "" where none does."""
    return stand_ins(record).get(TURN.get(record.case.state, ""), "")


def posts(record: Claim) -> set[str]:
    """Those that act for another now, in this stage or in answer to an ask. One statement more, where any acts at all."""
    return set(_instead(record).values()) - {""}


def vacant(record: Claim) -> set[str]:
    """The posts that are waited for now, and that nobody but the person complained about could act for."""
    return {post for post, acting in _instead(record).items() if not acting}


def _instead(record: Claim) -> Mapping[str, str]:
    found = stand_ins(record)
    asked = CaseAsk.objects.filter(case_id=record.pk, outcome="", to_account=None).values_list("to_role", flat=True) if found else ()
    turn = TURN.get(record.case.state, "") if record.case.state != DECIDING.key else ""  # whose authority it is
    return {post: found[post] for post in (turn, *asked) if post in found}


def whose_turn(rows: Iterable[Claim], actor: Actor) -> list[int]:
    """Of claims whose complaints are about somebody those that wait for this actor in another's stead."""
    return [one.pk for one in rows if (wanted := posts(one)) and actor.holds(*wanted, path=one.case.unit_path)]


def told(cases: Sequence[Case]) -> dict[int, list[Recipient]]:
    """Who holds the posts that act now, of claims where any does."""
    found = Claim.objects.filter(pk__in=[case.pk for case in cases], complaint__about__isnull=False).select_related("complaint", "case")
    near = {one.pk: [who for post in posts(one) for who in outbox.nearest(post, one.case.unit_path)] for one in found}
    return {pk: outbox.accounts(ids) for pk, ids in near.items() if ids}


outbox.reach(ACTING, told)
