"""What the screens and the API say no to."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "unknown_parameter": _("不认识参数“{name}”，请去掉后再试。"),
        "bad_filter": _("条件“{name}”的值“{value}”无效，请检查后再试。"),
        "bad_key": _("缺少提交编号或格式不对，请刷新页面后再提交；接口的 Idempotency-Key 应是 UUID。"),
        "bad_version": _("版本号格式不对，请刷新页面后再提交；接口的 If-Match 应是版本号。"),
        "draft_key": _("草稿的名称无效，草稿没有保存。"),
        "view_name": _("视图名称“{name}”为空或已经用过，请换一个。"),
        "nothing_chosen": _("还没有选择任何一条，请先勾选。"),
        "too_many_rows": _("一次最多处理 {limit} 条，现在选了 {count} 条以上。请缩小条件后再试。"),
        "body_too_large": _("请求内容太大，最多 {limit} 字节。"),
        "body_type": _("请求内容应是 UTF-8 编码的 application/json。"),
        "body_json": _("请求内容不是有效的 JSON 对象（{what}）：检查编码、括号、重复的键和数字。"),
    }
)
