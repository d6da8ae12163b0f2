"""What the app says when it refuses, and why an action waits."""

from __future__ import annotations

from xiuhao.kernel.words import _

OF_THE_APP = {
    "handset_taken": _("这台手机登记在别人名下，请先由本人退出。"),
    "app_not_yours": _("工程师端只给服务工程师使用。需要的话请联系管理员开通。"),
    "log_in": _("登录已失效，请重新登录。内容都在本机。"),
    "too_many_shots": _("还有 {most} 张照片没有归入工单，请先联网同步。"),
    "shot_other": _("这张照片的大小和先前说的不一样，请重拍。"),
    "shot_gap": _("照片要接着上次传完的地方继续。"),
    "sequence_taken": _("第 {sequence} 项操作已经收到另一份内容，请刷新后重试。"),
    "step_missing": _("前一步还没有传上来，收到后自动办理。"),
    "step_before": _("前一步还没有办成，办成后自动继续。"),
    "photos_missing": _("照片还没有传完，传完后自动办理。"),
    "settled_already": _("这一项已经处理过了，请刷新查看。"),
}
