"""What the desk's own screens say when they refuse."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "not_founded": _("这里还没有开通服务，暂时不能受理。您写的还在，请以后再提交。"),
        "macro_name": _("宏的名称“{name}”为空或已经用过，请换一个。"),
        "macro_share": _("只有组长和经理可以共享宏。"),
        "macro_verb": _("“{verb}”不能放进宏里。"),
        "macro_full": _("一个宏最多 {limit} 步。"),
        "macro_places": _("不认识占位符“{places}”，可用的有：{known}。"),
        "nothing_changed": _("没有任何改动，“{verb}”没有保存。"),
        "sheet_twice": _("有两列都是“{label}”，请只留一列。"),
        "sheet_without": _("缺少必填的列：{labels}。请用模板填写。"),
        "number_rounded": _("“{label}”显示为 {value}，末几位已经丢失。请把该列设为“文本”后重新填写。"),
        "row_twice": _("与第 {row} 行重复。"),
        "row_known": _("以前导入过，内容与这次不同。要修改请到工单里改。"),
        "import_state": _("这次导入现在是“{state}”，不能这样做。请刷新查看。"),
        "import_faults": _("还有 {count} 行有误，不能全部导入。请改正后重新上传，或只导入无误的行。"),
        "import_whole_limit": _("超过 {limit} 行时不能要求“全部成功才导入”，请选择导入无误的行。"),
    }
)
