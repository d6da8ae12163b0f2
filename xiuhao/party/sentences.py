"""What party says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "account_retired": _("{name} 已经离职，不能再邀请，也不能签发令牌。需要的话请重新入职。"),
        "address_empty": _("请填写地址。"),
        "address_twice": _("这位客户已经有这个地址了。"),
        "email_invalid": _("邮箱不对，请按 name@example.com 的样子填写。"),
        "email_twice": _("这位客户已经有这个邮箱了。"),
        "language_unknown": _("没有“{language}”这种语言，请从列表中选择。"),
        "last_phone": _("这是客户的最后一个号码，不能删除。请先添加新号码。"),
        "level_unknown": _("技能等级只有初级、中级、高级三档。"),
        "login_taken": _("登录名“{login}”已经有人用了，请换一个。"),
        "merge_later": _("保留下来的客户后来又并入了别的客户，请先撤销那一次合并。"),
        "merge_self": _("不能把客户合并到自己。"),
        "merged_already": _("其中一位客户已经合并过了，请刷新后在合并后的客户上操作。"),
        "name_missing": _("请填写名称。"),
        "not_for_oneself": _("不能给自己做这件事，请由另一位管理员处理。"),
        "phone_twice": _("这位客户已经有这个号码了。"),
        "no_consent": _("客户没有同意“{purpose}”这个用途，不能发送。"),
        "no_number": _("客户没有可以发短信的号码。"),
        "registered_data": _("这一项是购买登记的资料：请在登记 {number} 里申请变更，由本人出示身份证、购货卡和发票。"),
        "role_unknown": _("没有“{role}”这个角色，请从列表中选择。"),
        "root_exists": _("组织已经有总部，新单位请挂在某个上级之下。"),
        "root_stays": _("“{unit}”是总部，不能移动。"),
        "skill_unknown": _("没有“{skill}”这项技能，请从列表中选择。"),
        "split_already": _("这次合并已经撤销过了。"),
        "token_past": _("有效期要晚于现在。"),
        "unit_in_use": _("“{unit}”下面还有在职人员或启用的单位，不能停用。请先移走它们。"),
        "unit_into_itself": _("不能把“{unit}”挂到它自己的下级“{to}”之下。"),
        "until_before_since": _("截止时间不能早于开始时间。"),
        "zone_unknown": _("没有“{zone}”这个时区，请填写如 Asia/Shanghai 的名称。"),
    }
)
