"""The kernel's tables."""

from xiuhao.kernel.models.asks import CaseAsk
from xiuhao.kernel.models.case import Case, Link, Rank, Record
from xiuhao.kernel.models.clocks import CaseClock, Holiday, WorkCalendar
from xiuhao.kernel.models.files import Attachment, StoredFile
from xiuhao.kernel.models.jobs import Draft, Message, Outbox, SeriesMonth
from xiuhao.kernel.models.journal import Content, Journal, Refusal, Reveal, Seal
from xiuhao.kernel.models.limits import Throttle
from xiuhao.kernel.models.people import Absence, Account, Grant, Invitation, Token, Unit
from xiuhao.kernel.models.policy import ClauseFigure, PolicyEdit, PolicyRow, Stamp, Watermark

__all__ = [
    "Absence", "Account", "Attachment", "Case", "CaseAsk", "CaseClock", "ClauseFigure", "Content", "Draft", "Grant", "Holiday",
    "Invitation", "Journal", "Link", "Message", "Outbox", "PolicyEdit", "PolicyRow", "Rank", "Record", "Refusal", "Reveal", "Seal",
    "SeriesMonth", "Stamp", "StoredFile", "Throttle", "Token", "Unit", "Watermark", "WorkCalendar",
]  # fmt: skip
