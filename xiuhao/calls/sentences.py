"""What calls and their script say when they refuse."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "extension_unknown": _("没有分机或登录名“{agent}”。请在“坐席分机”里登记。"),
        "event_unknown": _("不认识的通话事件“{event}”。可以是 ring、answer、end。"),
        "no_such_step": _("这一版话术里没有步骤“{step}”。请刷新页面。"),
        "mobile_needed": _("请记下 11 位手机号；客户不便提供时，请选择跳过。"),
        "full_name_needed": _("请记下客户全名；客户不便提供时，请选择跳过。"),
        "name_unsaid": _("客户还没有说出全名，无从核对。请返回问全名；客户不便提供时，请选择跳过。"),
        "script_list": _("话术应是 1 到 {most} 个步骤的列表。"),
        "script_step": _("步骤“{step}”：{why}。"),
        "script_past": _("生效时间要晚于现在，也不能与别的版本相同。"),
        "script_begun": _("这一版已经生效或已被撤回，不能再撤回；要改，请另立新版。"),
        "extension_taken": _("分机“{number}”已登记给别人。"),
    }
)
