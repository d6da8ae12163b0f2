"""What the customers' site says when it says no."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "form_key_bad": _("这份表单不完整，没有收下。请回到报修页面重新打开后再提交。"),
        "form_stale": _("这个页面开得太久，或者浏览器没有允许 Cookie。您写的还在，请再提交一次。"),
        "form_too_large": _("内容太大，没有收下：文字最多 {limit} 个字，照片请缩小或分次上传。请返回上一页修改，您写的还在。"),
        "code_wrong": _("验证码不对，或者已经用过、超过 {minutes} 分钟。请核对短信后再试。"),
        "link_unknown": _("这个链接无效、已过期或已停用。您可以用手机号和短信验证码找到您的请求。"),
        "not_found_by_contact": _("没有找到：请核对编号和手机号。也可以不填编号，用短信验证码查看全部请求。"),
        "report_differs": _(
            "这份表单已经收到，编号 {number}，后来改的内容没有加进去。要补充，请打开查进度的链接；要另报一件，请再提交一次，您写的还在。"
        ),
        "slot_missing": _("请先选一个上门时段。"),
        "proof_needed": _("为了保护您的信息，请先用短信验证码证明这是您的手机号。"),
        "quarantine_decided": _("这份提交已由 {who} 于 {at} 处理。"),
    }
)
