"""What the desk's own screens say when they refuse."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "not_founded": _("这里还没有开通服务，暂时不能受理。您写的还在，请以后再提交。"),
        "nothing_changed": _("没有任何改动，“{verb}”没有保存。"),
        "sheet_too_large": _("文件超过 {megabytes} MB，请拆成几个再上传。"),
        "sheet_empty": _("文件里没有要导入的行。请在模板的表头下面填写后再上传。"),
        "sheet_unsafe": _("这个文件展开后过大或含有不安全的内容，没有打开。请把要导入的行复制到新下载的模板里再上传。"),
        "sheet_locked": _("文件有密码，打不开。请去掉密码后再上传。"),
        "sheet_unreadable": _("文件打不开，可能已损坏、有密码，或者不是 Excel / CSV。请另存为 .xlsx 再上传。"),
        "sheet_rows": _("文件有 {rows} 行，一次最多导入 {limit} 行。请拆分；如果多出来的是空行，请删除空行后再上传。"),
        "sheet_columns": _("文件有 {columns} 列，一次最多读 {limit} 列。请删去用不着的列再上传。"),
        "sheet_header": _("没有找到表头。表头里至少要有“联系电话”“问题描述”等两列，请用模板填写。"),
        "sheet_encoding": _("文字的编码认不出来。请另存为 .xlsx，或“CSV UTF-8”再上传。"),
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
