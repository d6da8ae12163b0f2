"""Personal data as those see it who have no need of it, and phone numbers brought to one form. Pure: knows no framework.

The masked form is made here and nowhere else, on the server: what a role may not see never reaches its page, answer or export.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import phonenumbers

from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused

__all__ = ["clean_text", "mask_address", "mask_email", "mask_id", "mask_name", "mask_phone", "normalise_phone", "surname"]

_PROVINCE = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
# A name before its suffix: no suffix of another level, no street, no digit inside (the first character is free: 市中区, 路桥区).
_NAME = "[\u4e00-\u9fff][^省市区县旗盟路街巷弄号\\W\\da-zA-Z_]{0,8}?"
_CITY = "(?<![超夜菜门城])市(?!场)"
_ADDRESS = re.compile(
    rf"(?:(?:{_PROVINCE})(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?)?\s*"
    rf"(?:{_NAME}(?:{_CITY}|自治州|地区|盟))?\s*"
    rf"(?:{_NAME}(?:{_CITY}|(?<![小社校厂院园宅墅活属])区|县|旗))?"
)
_PHONE_CHARACTERS = re.compile(r"[0-9+()\-./ \u2010-\u2015\u2212]*")
# Nearly every number is a Chinese mobile, typed plainly or in E.164: valid if the plan's own pattern fits, no prefix to be taken off.
_PLAN: Any = phonenumbers.PhoneMetadata.metadata_for_region("CN")
_MOBILE = re.compile(rf"(\+86)?({_PLAN.mobile.national_number_pattern})", re.ASCII)

# Surnames of two characters that are in use: half of one is no address.
_DOUBLE = (
    "欧阳 司马 上官 诸葛 夏侯 司徒 皇甫 东方 尉迟 公孙 令狐 端木 南宫 百里 慕容 长孙 宇文 轩辕 呼延 钟离 独孤 西门 东郭 公冶 濮阳 淳于 "
    "单于 太史 申屠 赫连 澹台 闾丘 拓跋 第五 歐陽 諸葛 東方 尉遲 公孫 長孫 鍾離 獨孤 赫連"
)


def mask_phone(phone: str) -> str:
    """138****5678: the first three and last four of the national number; of a short one only the last two digits."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    if len(digits) in {12, 13} and digits.startswith("86"):  # a mobile, a service number, or a landline without its trunk 0
        rest = digits[2:]
        digits = rest if (len(rest), rest[0]) in {(11, "1"), (10, "4"), (10, "8")} else f"0{rest}"
    if not digits:
        return ""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else f"****{digits[-2:]}" if len(digits) >= 5 else "****"


def surname(name: str) -> str:
    """How somebody of this name is addressed: the surname; a name that is not Chinese, or a company's, whole."""
    if not name or not all("\u3400" <= sign <= "\u9fff" for sign in name) or len(name) > 4:
        return name
    return name[:2] if name[:2] in _DOUBLE.split() and len(name) > 2 else name[:1]


def mask_name(name: str) -> str:
    """张*明, 张*, 欧**明; of a name in several words the first letter of each: "J** S**"."""
    name = name.strip()
    if re.search(r"[\u3400-\u9fff\U00020000-\U0003ffff]", name) is None:
        return " ".join(f"{word[0]}**" if len(word) > 1 else "*" for word in name.split())
    if len(name) <= 2:
        return name[: len(name) - 1] + "*"
    return f"{name[0]}{'*' * min(len(name) - 2, 2)}{name[-1]}"


def mask_address(address: str) -> str:
    """Province, city and district stay, the rest is hidden; an address of another shape is hidden whole."""
    address = address.strip()
    if not address:
        return ""
    shown = _ADDRESS.match(address)
    return f"{shown[0].strip() if shown else ''}****"


def mask_email(email: str) -> str:
    """z***@example.com; without an address in it, nothing is shown."""
    local, at, domain = email.strip().rpartition("@")
    return f"{local[:1]}***@{domain}" if at else "***" if domain else ""


def mask_id(value: str) -> str:
    """A number of a person or document: the last two characters, and the first two of a long one; 110101…2X becomes 11****2X."""
    value = value.strip()
    return f"{value[:2]}****{value[-2:]}" if len(value) >= 12 else f"****{value[-2:]}" if len(value) >= 6 else "****" if value else ""


def normalise_phone(text: str, region: str = "CN") -> str:
    """The number in E.164 ("+8613800138000"), however it was typed: full-width, spaced, with or without country code.

    `region` (ISO 3166-1) reads a number without country code; a landline needs its area code. Raises Refused
    phone_invalid (422) for what no numbering plan knows, after ITU-T E.164 and the plans that `phonenumbers` carries.
    """
    if (plain := _MOBILE.fullmatch(text)) and (plain[1] or region == "CN"):
        return f"+86{plain[2]}"
    typed = unicodedata.normalize("NFKC", text).strip() if len(text) <= 40 else ""
    try:
        if not _PHONE_CHARACTERS.fullmatch(typed):  # letters would be dialled as digits, other text skipped
            raise phonenumbers.NumberParseException(phonenumbers.NumberParseException.NOT_A_NUMBER, "not a number")
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Refused("phone_invalid", {"example": "138 0013 8000"}, status=422)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
