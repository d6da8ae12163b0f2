"""Days to be planned: the published benchmarks of routing, read from files that stand outside, and a city of our own by a seed."""

from __future__ import annotations

import csv
import math
import random
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xiuhao.dispatch.engine import HIGH, LOW, NORMAL, VIP, Engineer, Job, Problem, Terms

MINUTE = 60.0
PLAIN = Terms(unserved=(100_000.0,) * 4, late=(0.0,) * 4, breach=0.0, waiting=0.0, overtime=0.0, stranger=0.0, overqualified=0.0,
              changed=0.0)  # fmt: skip
SKILLS = ("refrigeration", "laundry", "air_conditioning", "water_heating", "display", "kitchen")


def best_known(folder: Path) -> dict[tuple[str, str], float]:
    """(family, instance) → best known value."""
    with (folder / "best_known.csv").open(encoding="utf-8", newline="") as file:
        return {(row["family"], row["instance"]): float(row["best_known"]) for row in csv.DictReader(file)}


def distances(points: list[tuple[float, float]], tenths: bool) -> npt.NDArray[np.float64]:
    """Euclid's; with `tenths` cut to one decimal. One unit is one minute, in seconds."""
    at = np.array(points)
    plain = np.sqrt(((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2))
    return (np.floor(plain * 10 + 1e-9) / 10 if tenths else plain) * MINUTE


def solomon(path: Path) -> Problem:
    """M. M. Solomon's VRPTW (1987), distance alone. What a van can carry is a part that each customer uses up."""
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^(\w+) : (\S+)$", text, re.MULTILINE))

    def section(name: str) -> list[list[float]]:
        body = re.search(rf"^{name}\s*\n((?:[\d. ]+\n)+)", text, re.MULTILINE)
        assert body, f"{path.name}: no {name}"
        return [[float(word) for word in line.split()] for line in body[1].splitlines()]

    points = [(x, y) for _n, x, y in section("NODE_COORD_SECTION")]
    load = [quantity for _n, quantity in section("DEMAND_SECTION")]
    windows = [(a, b) for _n, a, b in section("TIME_WINDOW_SECTION")]
    work = float(head["SERVICE_TIME"]) * MINUTE
    jobs = tuple(
        Job(str(n), n, work, windows[n][0] * MINUTE, windows[n][1] * MINUTE, parts={"load": load[n]}) for n in range(1, len(points))
    )
    last, room = windows[0][1] * MINUTE, {"load": float(head["CAPACITY"])}
    people = tuple(Engineer(f"v{n}", 0, 0.0, last, overtime=0.0, stock=room) for n in range(int(head["VEHICLES"])))
    return Problem(jobs, people, distances(points, tenths=True), PLAIN, horizon=-1.0)


_LINE = re.compile(r"^(\d+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+\[([^\]]*)\]\s*\[([^\]]*)\]\s*\[([^\]]*)\]")


def pillac(path: Path) -> Problem:
    """V. Pillac, C. Guéret, A. L. Medaglia (2013): skills, tools, spare parts, own homes, one visit to the depot. Working time counts."""
    found = [match.groups() for line in path.read_text(encoding="utf-8").splitlines() if (match := _LINE.match(line.strip()))]
    crew = int(re.search(r"^(\d+)\s+\d+\s+\d+\s+\d+\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)[1])  # type: ignore[index]
    points = [(float(row[1]), float(row[2])) for row in found]
    jobs, people = [], []
    for row in found[1:]:
        n, low, high, work = int(row[0]), float(row[3]) * MINUTE, float(row[4]) * MINUTE, float(row[5]) * MINUTE
        skills, tools, parts = ([int(word) for word in row[k].replace(" ", "").split(",") if word] for k in (6, 7, 8))
        named = {"skills": {f"s{skill}": 1 for skill in skills}, "tools": tuple(f"t{tool}" for tool in tools)}
        stock = {f"p{part}": float(count) for part, count in enumerate(parts) if count}
        if n <= crew:
            people.append(Engineer(f"e{n}", n, low, high, overtime=0.0, store=0, stock=stock, **named))  # type: ignore[arg-type]
        else:
            jobs.append(Job(str(n), n, work, low, high, parts=stock, **named))  # type: ignore[arg-type]
    terms = Terms(**{**PLAIN.__dict__, "waiting": 1.0, "compact": True})
    return Problem(tuple(jobs), tuple(people), distances(points, tenths=False), terms, horizon=-1.0)


def worked(problem: Problem) -> float:
    """The minutes of work itself, which Pillac's cost counts too."""
    return sum(job.work for job in problem.jobs) / MINUTE


def city(jobs: int, engineers: int, seed: int = 1) -> Problem:
    """A day of a city with all that the model knows: districts, skills and levels, windows, service levels, lunch, parts, acquaintance."""
    chance = random.Random(seed)
    side = 45.0  # km
    centres = [(chance.uniform(5, side - 5), chance.uniform(5, side - 5)) for _ in range(12)]

    def place() -> tuple[float, float]:
        if chance.random() < 0.3:
            return chance.uniform(0, side), chance.uniform(0, side)
        x, y = chance.choice(centres)
        return min(side, max(0.0, chance.gauss(x, 2.5))), min(side, max(0.0, chance.gauss(y, 2.5)))

    stores = [(chance.uniform(10, 35), chance.uniform(10, 35)) for _ in range(4)]
    homes, sites = [place() for _ in range(engineers)], [place() for _ in range(jobs)]
    points = [*stores, *homes, *sites]
    at = np.array(points)
    km = np.sqrt(((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)) * 1.3
    travel = np.where(km > 0, 120.0 + km / 32.0 * 3600, 0.0)
    people = tuple(_engineer(chance, n, len(stores) + n, homes[n], stores) for n in range(engineers))
    wanted = tuple(_job(chance, n, len(stores) + engineers + n, people) for n in range(jobs))
    return Problem(wanted, people, travel)


def _engineer(chance: random.Random, n: int, place: int, home: tuple[float, float], stores: list[tuple[float, float]]) -> Engineer:
    skills = {skill: chance.choice((1, 2, 2, 3)) for skill in chance.sample(SKILLS, chance.choice((3, 3, 4)))}
    near = min(range(len(stores)), key=lambda s: math.dist(home, stores[s]))
    start = chance.choice((8.0, 8.5, 9.0)) * 3600
    return Engineer(
        f"e{n}", place, start, start + 9.5 * 3600, lunch=3600.0, lunch_opens=11 * 3600.0, lunch_closes=13.5 * 3600, skills=skills,
        stock={f"p{part}": float(chance.choice((0, 1, 1, 2))) for part in range(20)}, store=near, picking=600.0,
        speed=chance.choice((0.9, 1.0, 1.0, 1.1)),
    )  # fmt: skip


def _job(chance: random.Random, n: int, place: int, people: tuple[Engineer, ...]) -> Job:
    opens, closes = chance.choice(((8, 18), (8, 18), (8, 12), (9, 12), (13, 18), (13, 15), (15, 17), (10, 12)))
    priority = chance.choices((LOW, NORMAL, HIGH, VIP), (20, 60, 15, 5))[0]
    due = chance.choice((12, 14, 16, 18, 42, 42, 42, 42)) * 3600.0
    known = chance.sample(people, 2) if chance.random() < 0.3 else []
    return Job(
        str(n), place, chance.choice((15, 20, 25, 30, 30, 35, 45)) * MINUTE, opens * 3600.0, closes * 3600.0, due=due, priority=priority,
        skills={chance.choice(SKILLS): chance.choices((1, 2, 3), (55, 35, 10))[0]},
        parts={f"p{chance.randrange(20)}": 1.0} if chance.random() < 0.4 else {}, preferred=tuple(one.key for one in known),
        personal=chance.random() < 0.1,
    )  # fmt: skip
