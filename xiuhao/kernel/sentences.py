"""Every refusal as a sentence for a person: what happened, why, what next. The same one on the page and in the API.

Modules register theirs in their own `sentences.py`. `{param}` is filled in from the refusal; a sentence under `code.bare` is
taken instead when a parameter of the first one is missing or empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from string import Formatter
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _

_sentences: dict[str, str | Promise] = {}
UNSAID = _("这项操作没有完成（{code}）。请刷新后再试；如果仍然不行，请把这个代码告诉管理员。")


def register(sentences: Mapping[str, str | Promise]) -> None:
    """Enter sentences by code; a code that is known with another sentence is a mistake in the code and stops the start."""
    for code, sentence in sentences.items():
        found = _sentences.setdefault(code, sentence)
        if found is not sentence and str(found) != str(sentence):
            raise ValueError(f"two sentences for {code}")


def known() -> frozenset[str]:
    """The codes that have a sentence."""
    return frozenset(_sentences)


def say(refused: Refused, language: str | None = None) -> str:
    """The sentence of a refusal, in `language` or the present one. Never raises."""
    with translation.override(language or translation.get_language()):
        if refused.sentence:
            return str(refused.sentence)
        words = {key: _word(value) for key, value in refused.params.items()}
        sentence = _sentences.get(refused.code)
        if sentence is None:
            return str(UNSAID).format(code=refused.code)
        if f"{refused.code}.bare" in _sentences and not all(words.get(name) for name in _names(str(sentence))):
            sentence = _sentences[f"{refused.code}.bare"]
        return Formatter().vformat(str(sentence), (), _Words(words))


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"


def _names(sentence: str) -> Iterator[str]:
    return (name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name)


def _word(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list | tuple | set | frozenset):
        return str(_("、")).join(_word(item) for item in value)
    return "" if value is None else str(value)


GATE = {
    "wrong_state": _("“{state}”的{process}不能{verb}。可能别人已经处理过，请刷新查看最新状态。"),
    "not_born": _("“{verb}”要在已有的{process}上进行，请先打开一个。"),
    "not_allowed": _("您没有“{verb}”的权限。需要的话请联系组长或管理员。"),
    "not_allowed.bare": _("您没有做这件事的权限。需要的话请联系组长或管理员。"),
    "token_narrow": _("这个接口令牌没有“{verb}”的授权。请换一个令牌，或请管理员扩大授权。"),
    "token_invalid": _("接口令牌无效、已过期或已停用。请检查 Authorization 请求头，或请管理员重新签发。"),
    "incomplete": _("“{verb}”还缺内容或有误：{labels}。请补全后再提交。"),
    "unknown_field": _("没有“{field}”这一项，请去掉后再提交。"),
    "unknown_verb": _("{process}没有“{verb}”这个操作。"),
    "unknown_process": _("没有“{process}”这种工单。"),
    "not_found": _("找不到“{number}”，或者您无权查看。请核对编号。"),
    "not_found.bare": _("找不到您要的内容，或者您无权查看。"),
    "there_already": _("这条{label}已经登记过了，没有再记一条。请刷新后查看已有的那一条。"),
    "key_reused": _("这次提交的编号已经用于另一项操作，没有再执行。请刷新页面后重新提交。"),
    "stale": _("{who} 在 {at} 更新了 {number}。您写的内容还在，请对照最新内容后再提交。"),
    "too_many": _("操作太频繁，请在 {retry_after} 秒后再试。"),
}
ASKS = {
    "not_asked": _("没有等您“{verb}”的请求。可能已经撤回，或者应由别人处理。"),
    "own_request": _("不能“{verb}”自己提出的请求，请由另一位有权限的同事处理。"),
    "agreed_before": _("您已经同意过一次，其余各步必须由别人答复，一个人不能代两个岗位。没有别人的，请先补人或设代理，再继续。"),
    "answered": _("已由 {who} 于 {at} 处理，您这次没有重复生效。"),
    "content_changed": _("送批之后内容改过，“{verb}”没有生效。请先看最新内容，由经办人重新送批。"),
    "beyond_authority": _("金额超出您的权限，不能“{verb}”。请转给更高一级审批。"),
}
EVIDENCE = {
    "missing": _("请填写“{label}”。"),
    "not_text": _("“{label}”应是文字。"),
    "text_invalid": _("“{label}”里有无法保存的字符，请删去后重新输入。"),
    "text_invalid.bare": _("文字里有无法保存的字符，请删去后重新输入。"),
    "too_long": _("“{label}”最多 {limit} 个字，现在是 {length} 个。请删减，或作为附件上传。"),
    "too_long.bare": _("内容最多 {limit} 个字，现在是 {length} 个。请删减后再试。"),
    "not_offered": _("“{label}”没有这个选项，请从列表中选择。"),
    "not_flag": _("“{label}”只能是“是”或“否”。"),
    "must_confirm": _("请先确认“{label}”。"),
    "not_number": _("“{label}”应是数字。"),
    "out_of_range": _("“{label}”应在 {least} 到 {most} 之间。"),
    "too_precise": _("“{label}”最多 {places} 位小数。"),
    "not_date": _("“{label}”不是有效日期，请按 2026-01-31 的格式填写。"),
    "not_moment": _("“{label}”不是有效时间，请按 2026-01-31 14:30 的格式填写。"),
    "day_ahead": _("“{label}”不能晚于今天，请核对。"),
    "moment_past": _("“{label}”已经过去，请选择以后的时间。"),
    "moment_far": _("“{label}”最远只能在 {days} 天以内。"),
    "not_file": _("“{label}”的附件编号不对，请重新上传。"),
    "file_count": _("“{label}”需要 {at_least} 到 {at_most} 个附件。"),
    "not_reference": _("“{label}”指的内容不存在，或者您无权使用。请重新选择。"),
    "phone_invalid": _("电话号码不对，请按 {example} 的样子填写，外地固话加区号。"),
}
FILES = {
    "file_empty": _("这个文件是空的，请换一个再上传。"),
    "file_too_large": _("文件超过 {megabytes} MB，请压缩或拆分后再上传。"),
    "file_lost": _("找不到这个附件，或者您无权查看。"),
    "file_unknown": _("“{label}”里有找不到的附件，请重新上传。"),
    "not_picture": _("“{label}”只收图片（JPG、PNG、WebP 等），请换成照片。"),
    "not_picture.bare": _("这里只收图片（JPG、PNG、WebP 或 GIF），请换成照片。"),
    "no_picture": _("这个附件不是图片，不能预览，请下载查看。"),
    "image_too_large": _("图片有 {megapixels} 百万像素，超过了 {limit} 百万的上限。请缩小后再上传。"),
    "storage_full": _("附件空间不足，请联系管理员。文字内容不受影响，可以先提交。"),
    "uploader_unknown": _("请先登录或打开表单页面，再上传附件。"),
}
CALENDAR = {
    "calendar_unknown": _("没有“{calendar}”这个工作日历。"),
    "calendar_shape_bad": _("工作日历“{key}”的内容不完整或有多余项：{strange}"),
    "calendar_zone_unknown": _("没有“{zone}”这个时区，请填写如 Asia/Shanghai 的名称。"),
    "calendar_empty": _("这个日历没有任何工作时间，期限将永远算不出来。请至少填写一个时段。"),
    "calendar_overlap": _("{day} 的工作时段互相重叠，请调整。"),
    "calendar_weekday_unknown": _("没有这样的星期：{days}"),
    "calendar_time_bad": _("{day} 的时间“{value}”看不懂，请按 09:00 的格式填写。"),
    "calendar_interval_bad": _("{day} 的时段 {interval} 不对：开始和结束不能相同，一段不超过一天。"),
    "calendar_row_bad": _("假日表里有一行看不懂：{row}"),
    "calendar_row_repeats": _("假日表里 {day} 出现了两次，请保留一行。"),
    "calendar_range": _("{year} 年超出了日历能计算的范围。"),
    "calendar_span_reversed": _("开始时间 {start} 晚于结束时间 {end}。"),
    "time_without_zone": _("时间“{at}”没有时区，不能计算。"),
    "seconds_negative": _("时长不能是负数。"),
    "calendar_key_bad": _("日历代号“{key}”不对：只用小写字母、数字和下划线，以字母开头。"),
    "holidays_unreadable": _("第 {line} 行看不懂：“{text}”。每行写日期、休或班、名称，如 2027-01-01 休 元旦。"),
    "holidays_other_year": _("{day} 不在 {year} 年内，请分年导入。"),
    "holidays_repeat": _("{day} 出现了两次，请保留一行。"),
    "holidays_too_few": _("休假日不足 {least} 天，像是不完整的表。请按国务院通知粘贴全年安排。"),
    "holidays_unknown": _("还没有 {years} 年的假日安排，请等国务院公布后再导入。"),
}
POLICY = {
    "condition_unknown": _("“{table}”没有“{condition}”这个条件。"),
    "value_unknown": _("“{table}”没有这些项目：{values}"),
    "not_range": _("“{label}”的范围不对，请填写最小值、最大值或两者。"),
    "role_twice": _("“{roles}”在这一行里出现了不止一次，每个岗位只能同意一次，请改选。"),
    "range_reversed": _("“{label}”的最小值大于最大值，请对调。"),
    "limit_range": _("“{label}”请填 {least} 到 {most} 的整数，再选单位。"),
    "limit_unreadable": _("时限“{value}”看不懂，请按 30m、4h、2d 的格式填写。"),
    "limit_not_positive": _("时限必须大于零。"),
    "level_repeats": _("提醒和升级的名称重复，请各取一个。"),
    "level_bad": _("提醒级别“{level}”的位置不对。"),
    "levels_bad": _("“{label}”的提醒和升级设置不完整，请检查每一级的时点和对象。"),
    "levels_one_breach": _("“{label}”必须有且只有一个到期点。"),
    "levels_not_ascending": _("“{label}”的各级时点应从早到晚排列。"),
    "level_misplaced": _("“{label}”里“{level}”的时点不对：预警在到期前，升级在到期后。"),
    "override_empty": _("请至少改动一处再保存。"),
    "reason_missing": _("请写明理由，以便日后查证。"),
    "policy_in_the_past": _("生效时间 {at} 已经过去。新版本只能从现在或以后生效；要改正已有的内容请用“更正”。"),
    "policy_not_in_force": _("规则“{line}”当时没有生效的版本。"),
    "policy_unchanged": _("规则“{line}”没有任何改动，未保存。"),
    "policy_line_known": _("规则“{line}”已经存在，请直接修改它。"),
    "policy_changed": _("{who} 刚刚改过规则“{line}”。请刷新后对照最新内容再改。"),
    "policy_changed.bare": _("规则“{line}”刚刚被改过。请刷新后对照最新内容再改。"),
    "policy_version_known": _("规则“{line}”在 {at} 已有一个版本，请换一个生效时间，或更正那个版本。"),
    "clause_unknown": _("条款库里没有：{clauses}"),
    "unknown_clause": _("没有 {clause} 这个条款。"),
    "unknown_outcome": _("没有“{outcome}”这种结果。"),
}
CLOCKS = {
    "clock_stops_before_start": _("计时的结束 {stop} 早于开始 {start}，请核对发生时间。"),
    "clock_without_state": _("{start} 时的状态无从得知，期限算不出来，请联系管理员核对流水。"),
    "query_too_long": _("搜索的内容最多 {limit} 个字，请缩短后再搜。"),
}
ACCOUNTS = {
    "enterprise_failed": _("企业账号登录没有完成：链接已失效或不是从这里发起的。请回到登录页再试一次。"),
    "other_company": _("这个企业账号属于别的公司，不能登录。"),
    "not_staff": _("这个企业账号没有对应的员工。请联系管理员邀请您，或核对邮箱。"),
    "not_tied": _("这个账号还没有绑定。请先用密码登录，在“设置”里绑定后再用它登录。"),
    "invitation_invalid": _("这个邀请链接已经用过、过期或被新的邀请取代。请联系管理员再发一次。"),
}
for _each in (GATE, ASKS, EVIDENCE, FILES, CALENDAR, POLICY, CLOCKS, ACCOUNTS):
    register(_each)
