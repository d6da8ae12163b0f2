"""Ways to set a password without the old one: an administrator's invitation, or the forgotten password's link.

A link works once, until it expires, and only while the account's mail address and password are what they were when it was
made: every newer link, every change ends it. What is kept of it is a hash.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from xiuhao.kernel import accounts
from xiuhao.kernel.channels import Kept, channel
from xiuhao.kernel.models import Account, Invitation
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

INVITED, FORGOTTEN = timedelta(days=7), timedelta(hours=1)


def invite(account: Account, by: int | None) -> str:
    """A token by which the account sets its first (or a new) password within seven days; earlier ones end. Who may invite whom is
    settled by the caller (`party.actions.invite`); `address` makes a link of it. It is shown once and kept nowhere.
    """
    return _token(account, by or account.pk, INVITED)


def address(token: str) -> str:
    """The link that is sent: always of the configured address, whatever Host a request claims."""
    return settings.BASE_URL + reverse("welcome", args=[token])


def forgot(who: str) -> int:
    """Mail a link to the accounts of this log-in name or address; how many. The page says the same either way."""
    who = who.strip()
    named = Account.objects.filter(Q(login=who.lower()) | Q(email__iexact=who), is_active=True, kind="staff").exclude(email="")
    found = list(named[:5]) if who and can_mail() else []
    for account in found:
        link = address(_token(account, account.pk, FORGOTTEN))
        with translation.override(account.language):
            text = _("{name}：请在一小时内打开下面的链接，设置新的密码。链接只能用一次。").format(name=account.name)
            unasked = _("如果不是您本人要求的，请忽略这封邮件。")
            EmailMessage(_("设置新密码"), f"{text}\n\n{link}\n\n{unasked}", None, [account.email]).send()
    return len(found)


def can_mail() -> bool:
    """False where no mail server is configured: then only an administrator can help."""
    return not isinstance(channel("email"), Kept)


def _token(account: Account, by: int, lives: timedelta) -> str:
    raw = secrets.token_urlsafe(32)
    at = now()
    with transaction.atomic():
        Invitation.objects.filter(account=account, used_at=None, expires_at__gt=at).update(expires_at=at)
        Invitation.objects.create(account=account, digest=_digest(raw, account), expires_at=at + lives, invited_by_id=by)
    return f"{account.pk}-{raw}"


def _digest(raw: str, account: Account) -> bytes:
    return accounts.digest("\0".join((raw, account.email.lower(), account.password)))


def holder(token: str, *, lock: bool = False) -> tuple[Account, Invitation]:
    """Whose link this is. Raises Refused invitation_invalid (404): unknown, used, expired or overtaken, without saying which."""
    number, _dash, raw = token.partition("-")
    rows = Invitation.objects.select_related("account").filter(used_at=None, expires_at__gt=now(), account__is_active=True)
    rows = rows.select_for_update(of=("self", "account")) if lock else rows
    for invitation in rows.filter(account_id=int(number)) if number.isdecimal() and len(number) < 19 else ():
        if hmac.compare_digest(bytes(invitation.digest), _digest(raw, invitation.account)):
            return invitation.account, invitation
    raise Refused("invitation_invalid", status=404)


def redeem(token: str, password: str) -> Account:
    """Set the password and use the link up; every session of the account ends. Raises as `holder`, and ValidationError."""
    with transaction.atomic():
        account, invitation = holder(token, lock=True)
        validate_password(password, account)
        account.set_password(password)
        account.save(update_fields=["password"])
        invitation.used_at = now()
        invitation.save(update_fields=["used_at"])
    return account
