"""A quantity of goods as evidence: to three places, and said without idle zeros."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xiuhao.kernel.evidence import Number


@dataclass(frozen=True, kw_only=True)
class Pieces(Number):
    """A quantity of goods, to three places."""

    least: Decimal = Decimal("0.001")
    places: int = 3

    def says(self, value: Any) -> Any:
        return f"{Decimal(str(value)).normalize():f}"
