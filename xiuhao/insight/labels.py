"""What modules, states of a clause and kinds of carriers are called."""

from __future__ import annotations

from xiuhao.kernel.words import _, pgettext_lazy

MODULES = {
    "kernel": _("内核"),
    "ui": _("界面"),
    "party": _("组织与客户"),
    "product": _("产品"),
    "contract": _("服务级别"),
    "parts": _("备件"),
    "roster": _("排班"),
    "billing": _("费用"),
    "ticket": _("服务台"),
    "wording": _("用语检查"),
    "learning": _("学习建议"),
    "registration": _("购机登记"),
    "privacy": _("个人信息"),
    "reception": _("来访接待"),
    "migration": _("历史迁移"),
    "calls": _("通话"),
    "problem": _("批量问题"),
    "procedure": _("规程文件"),
    "accounts": _("账务"),
    "complaint": _("投诉"),
    "meeting": _("专题会"),
    "claim": _("客诉处理"),
    "allowance": _("折让"),
    "liability": _("责任与奖罚"),
    "statistics": _("客诉统计"),
    "fieldwork": _("上门服务"),
    "returns": _("退换"),
    "feedback": _("回访与质检"),
    "knowledge": _("知识库"),
    "incident": _("重大事故"),
    "portal": _("客户门户"),
    "insight": _("报表"),
}
STATUSES = {  # label, tone, shape
    "enforced": (_("已落实"), "green", ""),
    "partly": (_("部分落实"), "amber", "waits"),
    "not_yet": (_("未落实"), "grey", "waits"),
    "off": (_("已停用"), "grey", "end"),
}
CARRIERS = {
    "verb": _("操作"),
    "evidence": _("凭据"),
    "guard": _("约束"),
    "notice": _("通知"),
    "ask": _("征询与核决"),
    "clock": _("时钟"),
    "duty": _("定期义务"),
    "policy": _("决策行"),
    "own": _("机制"),
}
# What clauses stop beside the processes: by module, or by module and verb.
BESIDE = {
    "party.reveal": _("查看完整信息"), "party.write": _("给客户发短信"), "contract.use_benefit": _("使用权益"), "policy": _("修改决策表"),
    "letters": _("给客户的消息"),
}  # fmt: skip
OUTCOMES = {"met": _("达成"), "broken": _("违反"), "running": _("进行中"), "stopped": _("拦下")}
EDITS = {
    "version": _("新版本"),
    "correction": _("更正"),
    "end": pgettext_lazy("a row", "停用"),
    "add": pgettext_lazy("a row", "新增"),
    "calendar": _("工作历"),
    "holiday": _("假日表"),
}


def module(key: str) -> str:
    """A module's name on the screen; one that we do not know by its key."""
    return str(MODULES.get(key, key))
