"""What work on site says when it refuses."""

from __future__ import annotations

from xiuhao.fieldwork.app.sentences import OF_THE_APP
from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "units_many": _("一张单最多写 {most} 台机组。"),
        "not_position": _("{label}不对：请写“纬度,经度”，如 30.27410,120.15510。"),
        "window_missing": _("请填写预约的开始和结束时间。"),
        "not_agreed": _("保外维修要先说明收费原因并报价，客户同意后才能开工。"),
        "evidence_missing": _("还不能完工，缺少：{missing}。"),
        "signature_missing": _("请客户签字：一单多台或上门服务必须有用户签字。"),
        "sign_code_wrong": _("验证码不对，或已用过、超过 {minutes} 分钟、输错 {most} 次。请核对短信，或请客户在屏幕上签字。"),
        "not_settled": _("这一单要收费，请先生成结算清单并出示给客户，再请客户签字。"),
        "van_missing": _("工程师还没有随车库，不能领用备件；请仓管先设置。"),
        "part_unpriced": _("{part}没有售价，请填写零件费估价。"),
        **OF_THE_APP,
    }
)
