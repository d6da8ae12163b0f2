"""THE DECLARATION of requests about one's own data: asked, identity shown, answered or refused with a reason (PIPL art. 44-50)."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, LongText, Ref, Text
from xiuhao.kernel.process import Clock, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.privacy import actions
from xiuhao.privacy.models import GROUNDS, KINDS, PROOFS
from xiuhao.wording import queries as wording

RECEIVED = State("received", _("待核身"), "amber")
VERIFIED = State("verified", _("待答复"), "blue")
DONE = State("done", _("已答复"), "green", end=True)
REFUSED = State("refused", _("已拒绝"), "grey", end=True)

SETTLED = Guard("still_served", _("这位客户还有未结的服务单，办结后才能删除；也可以说明理由拒绝。"), actions.settled)
ANSWER = wording.Said(key="answer", label=_("给客户的答复"), longest=500)

PRIVACY = declare(
    Process(
        "privacy",
        _("个人信息请求"),
        record="privacy.SubjectRequest",
        related=("customer__unit",),
        series=Series("GR"),
        transitions=(
            Transition(
                "ask",
                _("提出请求"),
                (),
                RECEIVED,
                may=actions.STAFF | {r.CUSTOMER},
                needs=(
                    Choice(key="kind", label=_("请求"), options=KINDS),
                    Ref(key="customer", label=_("客户"), required=False, find=actions.customer),
                    LongText(key="text", label=_("说明"), longest=2000, required=False),
                ),
                do=actions.ask,
                or_else=(VERIFIED,),
                public=True,
                notify=(Notice("privacy_asked", {r.LEAD, r.MANAGER}),),
            ),
            Transition(
                "verify",
                _("核对身份"),
                (RECEIVED,),
                VERIFIED,
                may=actions.STAFF,
                needs=(
                    Choice(key="proof", label=_("身份证明"), options=PROOFS, only=(("code", "customer"),)),
                    Text(key="note", label=_("核对情况"), longest=300),
                ),
            ),
            Transition(
                "fulfil",
                _("办结"),
                (VERIFIED,),
                DONE,
                may=actions.ANSWERERS,
                needs=(ANSWER,),
                guards=(SETTLED,),
                do=actions.fulfil,
                public=True,
            ),
            Transition(
                "refuse",
                _("拒绝"),
                (RECEIVED, VERIFIED),
                REFUSED,
                may=actions.ANSWERERS,
                needs=(Choice(key="ground", label=_("拒绝的依据"), options=GROUNDS), ANSWER),
                do=actions.tell,
                public=True,
            ),
        ),
        clocks=(Clock("answer", _("答复时限"), runs_in=(RECEIVED, VERIFIED), escalates=(r.LEAD, r.MANAGER)),),
    )
)
