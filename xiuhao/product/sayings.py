"""What the engine's codes mean in words. Each sentence names its own arithmetic, so that a reader can check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xiuhao.kernel.bilingual import said
from xiuhao.kernel.words import _
from xiuhao.product.tables import GIVES

SENTENCES: dict[str, str] = {
    "warranty_in": _("自 {start} 起整机保修 {months} 个月，至 {until}"),
    "warranty_in_longer": _("自 {start} 起整机保修 {months} 个月，加修理占用的 {excluded} 天，至 {until}"),
    "warranty_in_km": _("自 {start} 起保修 {months} 个月或 {km} 公里，至 {until}"),
    "warranty_out": _("自 {start} 起整机保修 {months} 个月，已于 {until} 到期"),
    "warranty_out_km": _("已行驶 {mileage} 公里，超过保修的 {km} 公里"),
    "warranty_out_other": _("整机保修已于 {until} 到期，故障不在主要部件"),
    "warranty_parts": _("整机保修已于 {until} 到期；主要部件保修至 {parts_until}，须先判定故障部件"),
    "warranty_part_in": _("故障部件单独保修，至 {part_until}"),
    "warranty_part_out": _("故障部件单独保修，已于 {part_until} 到期"),
    "warranty_excluded": _("不属三包范围：{exclusions}"),
    "warranty_promised": _("法定保修已于 {until} 到期；企业承诺延长至 {last}"),
    "warranty_promised_life": _("法定保修已于 {until} 到期；企业承诺终身保修"),
    "warranty_no_product": _("型号和品类不明，无法判定"),
    "warranty_no_date": _("购买日期不明，无法判定"),
    "warranty_date_ahead": _("登记的日期 {start} 晚于今天，请核实"),
    "warranty_no_install": _("按购买日期已过保；自安装完成起算的，须补登安装日期"),
    "warranty_no_mileage": _("保修限 {km} 公里，里程不明"),
    "warranty_no_rule": _("没有适用的保修期规定"),
    "warranty_no_proof": _("没有发票和三包凭证；可以凭 {proofs}，请向客户问明"),
    "warranty_proof_needed": _("没有发票和三包凭证，也没有可以代替的规定；须有发票"),
    "warranty_no_made": _("凭出厂日期起算，出厂日期不明；可查机身号或铭牌"),
    "warranty_made_over": _("按出厂日期推算已过保；有发票的按购买日期，请问明"),
    "proof_gives": _("凭{proofs}只能主张：{given}"),
    "service_there": _("有维修点"),
    "service_gone": _("没有维修点或维修点已撤销"),
    "not_resold": _("不是经营者转售的二手商品"),
    "resold_days": _("{resold} 转售，{limit} 天内，至 {last}"),
    "resold_km": _("转售后已行驶 {driven} 公里，限 {km} 公里"),
    "covered": _("在保修期内"),
    "covered_unsure": _("是否在保修期内待定"),
    "not_covered": _("不在保修期内"),
    "not_faulty": _("没有性能故障"),
    "excluded": _("不属三包范围：{exclusions}"),
    "within_days": _("{start} 起 {limit} 天，至 {last}；今天是第 {n} 天"),
    "within_days_or_km": _("{start} 起 {limit} 天或 {km} 公里，至 {last}；今天是第 {n} 天，{mileage} 公里"),
    "mileage_unknown": _("里程不明"),
    "swap_over": _("退换期 {months} 个月已于 {until} 届满"),
    "swap_over_km": _("已行驶 {mileage} 公里，超过退换期的 {km} 公里"),
    "swap_until": _("在退换期内，至 {until}"),
    "fault_unknown": _("故障部件待判定"),
    "same_unknown": _("是否与以往同一故障待判定"),
    "fault_other": _("故障不属这一类"),
    "counted_repairs": _("同一故障已修 {n} 次，满 {limit} 次可主张"),
    "counted_safety": _("严重安全性能故障已修 {n} 次，满 {limit} 次可主张"),
    "counted_assemblies": _("同一总成已更换 {n} 次，满 {limit} 次可主张"),
    "counted_parts": _("同一部件已更换 {n} 次，满 {limit} 次可主张"),
    "counted_total_days": _("修理共占用 {n} 天，超过 {limit} 天可主张"),
    "counted_one_repair": _("一次修理最长 {n} 天，超过 {limit} 天可主张"),
    "counted_own": _("因修理者自身原因最长 {n} 天，超过 {limit} 天可主张"),
    "counted_waiting": _("待件最长 {n} 天，超过 {limit} 天可主张"),
    "loaner_days": _("自第 {first} 天起，应提供 {n} 天"),
    "not_in_repair": _("没有正在进行的修理"),
    "after_repair": _("{left} 修好，保证 {limit} 天，至 {last}"),
    "never_repaired": _("没有修理记录"),
    "distance_last": _("{received} 收货，次日起 {limit} 天，至 {last}；退货运费由消费者承担"),
    "shifted": _("{day} 是法定休假日，最后一天顺延到 {last}"),
    "not_distance": _("不是远程购物"),
    "distance_unknown": _("购买渠道不明"),
    "received_unknown": _("收货日期不明"),
    "promise_last": _("{start} 起 {months} 个月，至 {last}"),
    "promise_life": _("自 {start} 起终身"),
    "promise_unregistered": _("登记不完整：须有购买登记，载明联系电话、真实姓名、购货卡号和型号"),
    "promise_registered_late": _("登记晚于购买后的规定天数，或登记日期不明"),
    "fee_daily": _("折旧费 {amount} 元 = 价款 {price} × {rate}% × {days} 天（{held} 天减修理 {repair} 天）；退款 {refund} 元"),
    "fee_daily_no_start": _("折旧费 = 价款 × {rate}% × 天数；起算日不明，算不出"),
    "fee_daily_no_price": _("折旧费 = 价款 × {rate}% × {days} 天（{held} 天减修理 {repair} 天）；价款不明"),
    "fee_distance": _("使用费 {amount} 元 = 价款 {price} × {mileage} 公里 ÷ 1000 × {rate}%；退款 {refund} 元"),
    "fee_distance_unknown": _("使用费 = 价款 × 公里 ÷ 1000 × {rate}%；价款或里程不明"),
    "fee_no_rate": _("折旧费率未定，退款金额须按目录另算"),
    "fee_none": _("退款不收折旧费、使用费"),
    "fee_none_full": _("按发票价款一次退清：{refund} 元"),
    "fee_none_full_unknown": _("按发票价款一次退清"),
    "fee_no_stock": _("没有同型号可换：按发票价款退清，不收折旧费"),
    "fee_stock_unknown": _("有同型号可换而消费者要求退货时，才收折旧费"),
}  # fmt: skip


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a code, in the language of the moment; why a period ends later than its months say, after it."""
    text = str(SENTENCES[code]).format(**{key: _word(key, value) for key, value in params.items()})
    if params.get("rested") and "{until}" in SENTENCES[code]:
        text += str(_("；")) + sentence("shifted", {"day": params["rested"], "last": params["until"]})
    return text


def _word(key: str, value: Any) -> str:
    if key in ("exclusions", "proofs"):
        return str(_("、")).join(said(*one) for one in value)
    if key == "given":
        return str(_("、")).join(str(GIVES[one]) for one in value)
    return str(value)


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as JSON keeps them."""
    return {key: str(value) if isinstance(value, date | Decimal) else value for key, value in params.items()}


def reason(stored: Mapping[str, Any]) -> str:
    """The sentence of a stored verdict (`Verdict.said`), in the language of the moment; "" of none."""
    return sentence(stored["code"], stored["params"]) if stored else ""


@dataclass(frozen=True)
class Said:
    """A code with what its sentence names."""

    code: str
    params: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return sentence(self.code, dict(self.params))


def say(code: str, **params: Any) -> Said:
    """A step of the arithmetic."""
    return Said(code, tuple(params.items()))
