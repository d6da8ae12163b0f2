"""A link shows what a repair costs, and nobody's name; by it the customer says yes or no, once, and pays after they have seen the list."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from tests import works
from tests.billing.till import billed, quoted
from tests.tickets import receive
from xiuhao.billing import queries
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import dispatcher, letters
from xiuhao.kernel.models import Case, Message
from xiuhao.portal import visits
from xiuhao.ticket import tracking
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_link_shows_the_quote_and_no_more() -> None:
    quote = quoted()
    url = f"/portal/quote/{queries.token('quote', quote.case, quote.version)}"
    page = Client().get(url)
    text = page.content.decode()
    assert "¥893.99" in text and "¥1,109.99" in text and "已过保修期" in text and "80%" in text
    assert not re.search("王小明|138[^<]{4,6}8000|文三路|不制冷", text) and page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "same-origin" and page["Cache-Control"] == "no-store, private"
    pdf = Client().get(f"{url}/pdf")
    assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF")
    assert Client().get(url[:-2]).status_code == 404 == Client().get(url.replace("quote", "bill")).status_code


def quoted_job() -> Case:
    """A job out of warranty that waits for its customer."""
    works.crew()
    ticket = receive(contact_phone="13800138000").case
    job = works.arrived(works.plan(ticket))
    WorkOrder.objects.filter(pk=job.pk).update(verdict="out", free=False)
    works.do(job, "diagnose", **works.DIAGNOSIS)
    return works.do(job, "quote", reason="已过保修期", minutes=90, parts_cost="200")


def test_the_customer_decides_by_the_link_of_the_message_once_and_the_job_goes_on() -> None:
    job = quoted_job()
    dispatcher.drain()
    told = letters.text_of(Message.objects.filter(channel="sms", case=job).latest("pk"))
    quote = queries.quote_of(job.pk)
    assert quote is not None and queries.link(quote) in told and "报价" in told
    url = queries.link(quote).removeprefix(settings.BASE_URL)
    client = Client()
    page = client.get(url).content.decode()
    form = {"answer": "yes", "key": re.findall(r'name="key" value="([^"]+)"', page)[0]}
    assert [client.post(url, form).status_code for _n in range(2)] == [303, 303]
    dispatcher.drain()
    heard = Message.objects.filter(case=job, channel="inbox", to_account=job.owner_id)
    assert len([one for one in heard if "同意了" in letters.text_of(one)]) == 1, "whoever is there hears of it"
    job.refresh_from_db()
    quote.refresh_from_db()
    assert (job.state, quote.state, quote.decided_how) == ("diagnosed", "accepted", "link")
    assert "您已同意" in client.get(url).content.decode()
    other = client.post(url, {"answer": "no", "key": str(uuid4())})
    assert other.status_code == 409 and Case.objects.unscoped("test").get(pk=job.pk).state == "diagnosed"


def test_the_page_of_the_request_asks_for_the_answer_while_a_quote_waits_for_it() -> None:
    job = quoted_job()
    url = tracking.url(Ticket.objects.select_related("case").get()).removeprefix(settings.BASE_URL)
    assert "决定是否维修" in Client().get(url).content.decode()
    works.do(job, "agree", how="phone")
    page = Client().get(url).content.decode()
    assert "决定是否维修" not in page and "负责人会联系您" in page


def test_a_dearer_quote_says_what_a_no_means_and_after_it_what_stands() -> None:
    job = quoted_job()
    works.do(job, "agree", how="phone")
    first = queries.quote_of(job.pk)
    works.do(job, "repair", measure="mend")
    works.do(job, "quote", reason="还要换主板", minutes=90, parts_cost="500")
    dispatcher.drain()
    second = queries.quote_of(job.pk)
    assert first is not None and second is not None and second.total > first.total
    told = letters.text_of(Message.objects.filter(channel="sms", case=job).latest("pk"))
    assert f"先前同意的 {first.total} 元" in told and "同意后才会开工" not in told
    order = WorkOrder.objects.select_related("case", "engineer").get(pk=job.pk)
    assert "先前同意" in visits._headline(order)
    url = queries.link(second).removeprefix(settings.BASE_URL)
    client = Client()
    page = client.get(url).content.decode()
    assert "不同意，按先前的继续" in page and f"¥{first.total:,}" in page and "不修了" not in page
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    assert client.post(url, {"answer": "no", "key": key}).status_code == 303
    assert Case.objects.unscoped("test").get(pk=job.pk).state == "repairing"
    after = client.get(url).content.decode()
    assert "您没有同意这份报价" in after and first.number in after and "我们不会维修" not in after and 'name="answer"' not in after
    assert "您已同意" in client.get(queries.link(first).removeprefix(settings.BASE_URL)).content.decode()
    ticket = Case.objects.unscoped("test").get(process="ticket")
    assert "您没有同意新报价，按先前同意的继续维修" in [one.sentence for one in visits.of(ticket)[1]]


def test_a_quote_of_a_job_that_was_given_up_asks_nobody() -> None:
    job = quoted_job()
    quote = queries.quote_of(job.pk)
    assert quote is not None
    url = queries.link(quote).removeprefix(settings.BASE_URL)
    assert 'name="answer"' in Client().get(url).content.decode()
    works.do(job, "abort", reason="楼道停电")
    page = Client().get(url).content.decode()
    assert 'name="answer"' not in page and "请您决定" not in page and "不用您决定" in page


def test_a_void_quote_cannot_be_answered_and_strange_answers_are_refused() -> None:
    quote = quoted()
    url = f"/portal/quote/{queries.token('quote', quote.case, quote.version)}"
    assert Client().post(url, {"answer": "maybe", "key": str(uuid4())}).status_code == 400
    assert Client().post(url, {"answer": "yes", "key": "no uuid"}).status_code == 400
    quoted(quote.case)
    late = Client().post(url, {"answer": "yes", "key": str(uuid4())})
    assert late.status_code == 409 and "作废" in late.content.decode()


def test_a_settlement_list_is_shown_before_it_is_paid() -> None:
    bill = billed()
    url = f"/portal/bill/{queries.token('bill', bill.case, bill.version)}"
    text = Client().get(url).content.decode()
    assert "还应付 ¥893.99" in text and "压缩机" in text and "扫码支付</button>" not in text, "no provider is connected here"
    refused = Client().post(url)
    assert refused.status_code == 409 and "没有接通扫码收款" in refused.content.decode()
