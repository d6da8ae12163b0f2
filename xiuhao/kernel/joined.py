"""Cases that became part of another: what is still asked of them is done on the one that they lead to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.process import Process
from xiuhao.kernel.step import Step


def ends(cases: Collection[int], kind: str) -> dict[int, int]:
    """Case → the case at the end of its chain of links of that kind; those that were joined to none lead to themselves.

    One statement a link of the longest chain, and one more. A circle, which the verbs do not allow, ends where it closes.
    """
    found = {pk: pk for pk in cases}
    passed = {pk: {pk} for pk in cases}
    while found:
        tied = dict(Link.objects.filter(child_id__in=set(found.values()), kind=kind).values_list("child_id", "parent_id"))
        moved = False
        for pk, at in found.items():
            onward = tied.get(at)
            if onward is not None and onward not in passed[pk]:
                found[pk], moved = onward, True
                passed[pk].add(onward)
        if not moved:
            break
    return found


def follow(process: Process, actor: Actor, found: dict[str, Case], steps: Mapping[str, Step]) -> dict[str, Case]:
    """The locked cases by the number that was asked for, a joined one replaced by the (locked) case that it leads to, where the
    verb `follows`. No statement where nothing is joined."""
    away = {s.key for t in process.transitions if t.joins for s in t.targets}
    lost = {number: case for number, case in found.items() if case.state in away and number in steps and steps[number].transition.follows}
    if not lost:
        return found
    leads = ends([case.pk for case in lost.values()], process.joined_by)
    rows = Case.objects.visible_to(actor).filter(pk__in=set(leads.values())).order_by("pk").select_for_update(of=("self",))
    goals = {case.pk: case for case in rows}
    taken = {case.pk for case in found.values()}
    for number, case in lost.items():
        goal = goals.get(leads[case.pk])
        if goal is not None and goal.pk not in taken:  # else it stays, and is refused in its state
            steps[number].say(by_way_of=number)
            taken.add(goal.pk)
            found[number] = goal
    return found
