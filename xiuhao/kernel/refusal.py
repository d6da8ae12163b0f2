"""How the product says no: a code and its parameters, turned into a sentence at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """An action may not happen now.

    `code` names the reason, `params` fill its sentence (`kernel.sentences`), `status` is the HTTP status at the edge
    (409 state, 403 role, 404 unseen, 422 input, 413 size, 429 too many), `fields` are sentences beside single inputs as codes,
    `clauses` are the regulation's clauses that stood in the way (counted as an attempt that they stopped).
    """

    def __init__(
        self,
        code: str,
        params: Mapping[str, Any] | None = None,
        *,
        status: int = 409,
        fields: Mapping[str, Refused] | None = None,
        clauses: tuple[str, ...] = (),
        sentence: str = "",
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})
        self.status = status
        self.fields = dict(fields or {})
        self.clauses = clauses
        self.sentence = sentence

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code
