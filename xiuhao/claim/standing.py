"""Who acts where a post is held by nobody but the person complained about: the nearest post above it that somebody else holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xiuhao.claim.elements import ACTING, DEPARTMENT
from xiuhao.claim.models import Claim
from xiuhao.kernel import outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor, above
from xiuhao.kernel.models import Case, Grant
from xiuhao.kernel.outbox import Recipient

FEW = 200
POSTS = tuple(sorted({*DEPARTMENT.values(), r.SALES_HEAD} - {r.DIRECTOR}))
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
    return stand_ins(record).get(next((role for state, role in DEPARTMENT.items() if state.key == record.case.state), ""), "")


def whose_turn(rows: Iterable[Claim], actor: Actor) -> list[int]:
    """Of claims whose complaints are about somebody those that wait for this actor in another's stead."""
    return [one.pk for one in rows if (post := acting(one)) and actor.holds(post, path=one.case.unit_path)]


def told(cases: Sequence[Case]) -> dict[int, list[Recipient]]:
    """Who holds the post that acts now, of claims where one does."""
    found = Claim.objects.filter(pk__in=[case.pk for case in cases], complaint__about__isnull=False).select_related("complaint", "case")
    posts = {one: acting(one) for one in found}
    return {one.pk: outbox.accounts(outbox.nearest(post, one.case.unit_path)) for one, post in posts.items() if post}


outbox.reach(ACTING, told)
