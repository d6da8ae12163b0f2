"""Pages before the log-in: setting a password by a link, and asking for such a link."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from xiuhao.kernel import invitations, sentences, throttle
from xiuhao.kernel.jobs import send_reset
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _ as gettext_lazy


class Forgotten(forms.Form):
    """Who forgot."""

    who = forms.CharField(label=gettext_lazy("登录名或邮箱"), max_length=200, widget=forms.TextInput({"autocomplete": "username"}))


class NewPassword(SetPasswordForm):  # type: ignore[type-arg]  # not generic when it runs
    """A password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label, self.fields["new_password2"].label = _("新密码"), _("再输一次")


class AddPasskey(AddWebAuthnForm):  # type: ignore[misc]  # allauth tells no types
    """A passkey is there to log in without a password, unless somebody wants less."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("名称")
        self.fields["passwordless"].initial = True


class RenamePasskey(EditWebAuthnForm):  # type: ignore[misc]
    """The name of a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("名称")


def login(request: HttpRequest) -> HttpResponseBase:
    """Log in. After too many failures the form says how long to wait, and the answer is 429 for whoever watches the door."""
    answer: HttpResponseBase = views.login(request)
    form = getattr(answer, "context_data", None) and answer.context_data.get("form")  # type: ignore[attr-defined]
    if form is not None and form.has_error(NON_FIELD_ERRORS, "too_many"):
        answer.status_code = 429
    return answer


@login_required
def password(request: HttpRequest) -> HttpResponseBase:
    """Change the password. Who logs in by the company's own directory has none here, and is told so: a second way in would outlive it."""
    if isinstance(request.user, Account) and not request.user.has_usable_password():
        return render(request, "account/password_none.html")
    answer: HttpResponseBase = views.password_change(request)
    return answer


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password by an invitation or a reset link; 404 with what to do when the link holds no more."""
    throttle.allow(f"welcome:{throttle.client_key(request)}", 30, 60)
    try:
        account, _invitation = invitations.holder(token)
        form = NewPassword(account, request.POST or None)
        if request.method == "POST" and form.is_valid():
            invitations.redeem(token, form.cleaned_data["new_password1"])
            messages.success(request, _("密码已设置，请用它登录。"))
            return redirect("account_login")
        response = render(request, "account/welcome.html", {"form": form, "account": account})
    except Refused as refused:
        if refused.code != "invitation_invalid":
            raise
        response = render(request, "account/welcome_over.html", {"sentence": sentences.say(refused)}, status=refused.status)
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a new-password link. The answer and the work are the same whether the account exists or not."""
    form = Forgotten(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data["who"].strip().lower()
        throttle.allow(f"forgotten:{throttle.client_key(request)}", 20, 600)
        throttle.allow(f"forgotten.name:{who}", 3, 3600)
        send_reset.defer(who=who)
        return redirect("forgotten_sent")
    return render(request, "account/forgotten.html", {"form": form, "can_mail": invitations.can_mail()})


@require_http_methods(["GET", "HEAD"])
def forgotten_sent(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "account/forgotten_sent.html")
