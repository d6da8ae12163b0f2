"""Who carries text messages is a setting: the class that the operator names gets every one, and the house shows none of them."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.portal.visitor import Visitor
from tests.ui.desk import sit, text
from xiuhao.config import channels
from xiuhao.config.environment import Environment
from xiuhao.kernel import dispatcher
from xiuhao.kernel.channels import Letter


class Pigeon:
    """A provider."""

    kept: ClassVar[bool] = False
    idempotent: ClassVar[bool] = True
    sent: ClassVar[list[Letter]] = []

    def send(self, letter: Letter) -> None:
        self.sent.append(letter)


def test_the_named_class_carries_text_messages_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIUHAO_SMS", "tests.config.test_channels.Pigeon")
    made = channels.settings("", Environment().sms)
    assert made.pop("sms") == "tests.config.test_channels.Pigeon" and set(made.values()) == {channels.KEPT}
    assert channels.settings("smtp://mail.example", "")["email"] == channels.MAIL
    assert channels.settings("", "")["sms"] == channels.KEPT


@pytest.mark.parametrize("path", ["no.such.Thing", "tests.config.absent.Pigeon", "Pigeon", ".Pigeon"])
def test_a_class_that_cannot_be_there_is_refused_at_the_start(path: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="XIUHAO_SMS"):
        channels.settings("", path)


@pytest.mark.django_db
def test_a_code_goes_out_by_the_provider_and_its_text_is_shown_to_nobody(settings: Any) -> None:
    settings.XIUHAO_CHANNELS = channels.settings("", "tests.config.test_channels.Pigeon")
    Pigeon.sent.clear()
    visitor = Visitor()
    visitor.reported()
    url = visitor.client.post("/portal/find", {"phone": "13800138000"})["Location"]
    visitor.client.post(url, {"send": "1"})
    dispatcher.drain()
    [letter] = [one for one in Pigeon.sent if "验证码" in one.text]
    code = re.findall(r"\d{6}", letter.text)[0]
    assert letter.to == "+8613800138000"
    assert code not in text(sit("lead").get("/outbox/"))
    assert visitor.client.post(url, {"code": code}, follow=True).status_code == 200
