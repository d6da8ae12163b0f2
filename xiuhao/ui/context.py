"""What every page's frame shows: menu, new, unread, preferences. Worked out only when a page asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from xiuhao.kernel import engine, letters, registry, roles
from xiuhao.kernel.access import Actor
from xiuhao.ui import pages
from xiuhao.ui.listing import count_all
from xiuhao.ui.pages import Nav, Strip

THEMES = {"light": "not all", "dark": "all", "auto": "(prefers-color-scheme: dark)"}
LAYOUTS = {"dialog": "ui/layout_dialog.html", "drawer": "ui/layout_drawer.html"}


@dataclass
class Frame:
    """The frame of one request's page."""

    request: HttpRequest

    @cached_property
    def actor(self) -> Actor | None:
        return getattr(self.request, "actor", None)

    @cached_property
    def staff(self) -> bool:
        """True if a member of staff is logged in."""
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and self.actor and self.actor.kind == "staff")

    @cached_property
    def preferences(self) -> dict[str, Any]:
        return dict(self.request.user.preferences) if self.staff else {}  # type: ignore[union-attr]

    @cached_property
    def theme(self) -> str:
        chosen = self.preferences.get("theme", "auto")
        return chosen if chosen in THEMES else "auto"

    @property
    def keys(self) -> str:
        """Whether keys are short cuts: on or off. (In a template a dict's own `keys` would answer.)"""
        return str(self.preferences.get("keys", "on"))

    @property
    def dark_media(self) -> str:
        return THEMES[self.theme]

    @cached_property
    def unread(self) -> int:
        return unread(self.actor) if self.actor and self.actor.id else 0

    @cached_property
    def nav(self) -> tuple[tuple[str, tuple[Nav, ...]], ...]:
        """The menu in its groups; nothing for who has no post."""
        if not self.staff or self.actor is None:
            return ()
        registered = pages.navs(self.actor)
        placed = {str(nav.url) for nav in registered}
        queues = [
            Nav(p.key, p.label, f"/c/{p.key}/", pages.queue(p).icon)
            for p in sorted(registry.processes(), key=lambda process: pages.queue(process).place)
            if self.actor.holds(*p.roles, *p.readers) or (not (p.duty or p.closed) and self.actor.holds(*roles.READERS, roles.ADMIN))
        ]
        groups: dict[str, list[Nav]] = {group: [] for group in ("work", "files", "tools", "rules", "admin")}
        groups["work"] += [nav for nav in queues if nav.url not in placed]
        for nav in registered:
            groups[nav.group].append(nav)
        groups["work"].sort(key=lambda nav: not nav.new)  # what is begun all day stands first
        return tuple((group, tuple(navs)) for group, navs in groups.items() if navs)

    @cached_property
    def strips(self) -> list[Strip]:
        return pages.strips(self.actor) if self.staff and self.actor else []

    @cached_property
    def here(self) -> str:
        """The address of the menu entry that the page stands under: the longest that begins its path."""
        path = self.request.path
        found = [url for _group, navs in self.nav for url in (str(nav.url) for nav in navs) if path.startswith(url)]
        return max(found, key=len, default="/" if path == "/" else "")

    @cached_property
    def births(self) -> tuple[Nav, ...]:
        """What can be brought into being from anywhere."""
        if not self.staff or self.actor is None:
            return ()
        made = [nav for nav in pages.navs(self.actor) if nav.new]
        for process in registry.processes():
            verbs = [t for t in engine.births(self.actor, process) if not t.on and not t.quiet]
            made += [Nav(f"{process.key}.{t.key}", t.label, f"/c/{process.key}/new?verb={t.key}", "plus") for t in verbs]
        return tuple(made)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the frame, and the layout that the page extends (whole, or the piece that htmx asked for)."""
    layout = "ui/base.html"
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        layout = LAYOUTS.get(request.headers.get("HX-Target", ""), "ui/layout_piece.html")
    return {"frame": Frame(request), "layout": layout}


def unread(actor: Actor) -> int:
    """How many notices somebody has not read, up to 100."""
    return count_all([letters.inbox(actor).filter(read_at=None)], most=99)[0]
