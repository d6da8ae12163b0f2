"""How good the optimiser's plans are by two published benchmarks: their gap to the best that is known of each instance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from django.conf import settings

from bench import instances
from xiuhao.dispatch import engine

Row = tuple[str, str, str, bool]
DATA = Path(settings.SHARED) / "data" / "dispatch"
FILES = {"solomon": "*.vrp", "pillac": "*.txt"}
GAP = {"solomon": (0.5, 30.0), "pillac": (0.5, 60.0)}  # per cent, seconds


def measure(quick: bool = False) -> Iterator[Row]:
    """The families whose files are there, one instance after another (`quick`: two of each, for seconds)."""
    engine.warm()
    for family, pattern in FILES.items():
        files = sorted((DATA / family).glob(pattern))
        if not files:
            yield f"{family}, gap to the best known", "skipped: no files (XIUHAO_SHARED)", f"≤ {GAP[family][0]} %", False
            continue
        yield from _family(family, files[:2] if quick else files, 2.0 if quick else GAP[family][1])


def _family(family: str, files: list[Path], seconds: float) -> Iterator[Row]:
    known = instances.best_known(DATA)
    gaps, unserved = [], 0
    for path in files:
        problem = instances.solomon(path) if family == "solomon" else instances.pillac(path)
        plan = engine.solve(problem, seconds=seconds)
        wrong = engine.check(problem, plan)
        assert not wrong, f"{path.name}: {wrong[:3]}"
        unserved += len(plan.left)
        key = ("solomon", path.stem) if family == "solomon" else ("trsp_pillac_crew25", path.name.split(".")[0])
        cost = plan.cost + (instances.worked(problem) if family == "pillac" else 0.0)
        gaps.append(100 * (cost / known[key] - 1))
    most = GAP[family][0]
    label = f"{family}, {len(files)} instances, {seconds:.0f} s each: mean gap to the best known"
    yield label, f"{fmean(gaps):+.2f} % ({min(gaps):+.2f} … {max(gaps):+.2f})", f"≤ {most} %", fmean(gaps) <= most
    yield f"{family}, customers not served", str(unserved), "0", unserved == 0
