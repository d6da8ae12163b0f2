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
        "cannot_undo": _("这次批量处理不能撤销：没有可撤销的条目，或已经过了一天。"),
        "nothing_chosen": _("还没有选择任何一条，请先勾选。"),
        "too_many_rows": _("一次最多处理 {limit} 条，现在选了 {count} 条以上。请缩小条件后再试。"),
        "export_expired": _("导出的文件已过期（只保留 {hours} 小时），请回到列表重新导出。"),
        "body_too_large": _("请求内容太大，最多 {limit} 字节。"),
        "body_type": _("请求内容应是 UTF-8 编码的 application/json。"),
        "body_json": _("请求内容不是有效的 JSON 对象（{what}）：检查编码、括号、重复的键和数字。"),
        "sheet_too_large": _("文件超过 {megabytes} MB，请拆成几个再上传。"),
        "sheet_empty": _("文件里没有要导入的行。请在模板的表头下面填写后再上传。"),
        "sheet_unsafe": _("这个文件展开后过大或含有不安全的内容，没有打开。请把要导入的行复制到新下载的模板里再上传。"),
        "sheet_locked": _("文件有密码，打不开。请去掉密码后再上传。"),
        "sheet_unreadable": _("文件打不开，可能已损坏、有密码，或者不是 Excel / CSV。请另存为 .xlsx 再上传。"),
        "sheet_rows": _("文件有 {rows} 行，一次最多导入 {limit} 行。请拆分；如果多出来的是空行，请删除空行后再上传。"),
        "sheet_columns": _("文件有 {columns} 列，一次最多读 {limit} 列。请删去用不着的列再上传。"),
        "sheet_quotes": _("第 {row} 行起有引号没有成对，后面的行会被吞掉。请改正引号，或另存为 Excel 再上传。"),
        "row_wide": _("这一行的列比表头多，内容可能错位：文字里的分隔符要加引号。"),
        "sheet_header": _("没有找到表头：没有一行认得出两个以上的列名。请核对表头；有模板的请按模板填写。"),
        "sheet_encoding": _("文字的编码认不出来。请另存为 .xlsx，或“CSV UTF-8”再上传。"),
    }
)
