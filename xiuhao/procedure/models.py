"""What a regulation says, edition by edition."""

from __future__ import annotations

from django.db import models

from xiuhao.kernel.models import Record
from xiuhao.kernel.words import _


class Procedure(Record):
    """One edition of one regulation. `edition` counts from 1 with each that was issued; 0 is a draft."""

    regulation = models.CharField(_("规章"), max_length=10, db_index=True)
    name = models.CharField(_("名称"), max_length=100)
    purpose = models.TextField(_("目的"))
    principles = models.TextField(_("原则"))
    scope = models.TextField(_("范围"))
    duties = models.TextField(_("职责"))
    edition = models.PositiveIntegerField(_("版次"), default=0)
    effective_on = models.DateField(_("生效日期"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["regulation", "edition"], condition=models.Q(edition__gt=0), name="procedure_edition_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.edition}" if self.edition else self.name
