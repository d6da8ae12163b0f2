"""What others ask of the simulation: whether this is the demo, and how one logs in to it."""

from __future__ import annotations

from dataclasses import dataclass

from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.kept import Kept
from xiuhao.kernel.models import Account
from xiuhao.kernel.roles import GRANTED
from xiuhao.simulate.company import PASSWORD, plan
from xiuhao.simulate.models import Comparison, Demo, History
from xiuhao.simulate.speech import words

WORKING_DAYS = 6  # so many lie in the stretch of the demo that is lived through before it opens


@dataclass(frozen=True)
class Login:
    """One way into the demo: the password, or for another system its token. `role` is the label of the highest post."""

    login: str
    name: str
    unit: str
    role: str
    secret: str


def demo() -> Demo | None:
    """The demo's mark; None in an installation of somebody's own. One statement."""
    return Demo.objects.visible_to(SYSTEM).first()


def history() -> History | None:
    """How far the past behind the demo is filled in; None where there is none. One statement."""
    return History.objects.visible_to(SYSTEM).defer("busy").first()


PAST = "demo_past"  # moves with every step of the filling in, so that nobody asks for it once it stands still
_past: Kept[History | None] = Kept(PAST, history)


def unfinished() -> History | None:
    """The same while days are left; None as soon as it is whole. No statement where nothing has moved."""
    found = _past.now()
    return found if found is not None and found.done < found.days else None


def comparison(actor: Actor) -> Comparison | None:
    """The last answer to "what if" that the actor may see. One statement."""
    return Comparison.objects.visible_to(actor).first()


def logins() -> list[Login]:
    """The ready log-ins of the demo, for each role and each station's dispatcher; none where there is no demo. Two statements."""
    mark = demo()
    if mark is None:
        return []
    order = plan()["logins"]
    found = {a.login: a for a in Account.objects.filter(login__in=order, is_active=True).select_related("unit")}
    return [_login(found[name], mark) for name in order if name in found]


def _login(account: Account, mark: Demo) -> Login:
    roles = words("field")["roles"] | {person[0]: next(iter(person[4].values())) for person in plan()["people"]}
    machine = account.kind == "api"
    role = "API" if machine else str(GRANTED[roles[account.login]])
    return Login(account.login, account.name, account.unit.name, role, mark.token if machine else PASSWORD)
