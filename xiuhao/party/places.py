"""A pasted Chinese address taken apart: province, city, district, the rest. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
_PROVINCES = (
    "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
# A name is short and holds no street, number or suffix of another level; the first character is free (市中区, 路桥区).
_NAME = r"[\u4e00-\u9fff][^省市区县旗盟路街巷弄号\W\da-zA-Z_]{0,8}?"
_SHAPE = re.compile(
    rf"(?:(?P<province>{'|'.join(_MUNICIPALITIES)}|{_PROVINCES})(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?)?\s*"
    rf"(?P<city>{_NAME}(?:(?<![超夜菜门城])市(?!场)|自治州|地区|盟))?\s*"
    rf"(?P<district>{_NAME}(?:(?<![超夜菜门城])市(?!场)|(?<![小社校厂院园宅墅活属])区|县|旗))?\s*"
    r"(?P<detail>.*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Place:
    """An address; `province` is the short name (浙江), the others carry their suffix (杭州市, 西湖区)."""

    province: str = ""
    city: str = ""
    district: str = ""
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.area}{self.detail}"

    @property
    def area(self) -> str:
        """As far as the district: what may be shown."""
        province = "" if self.city.startswith(self.province) else self.province
        return f"{province}{self.city}{self.district}"

    def __bool__(self) -> bool:
        return bool(str(self))


def parse(text: str) -> Place:
    """The parts of an address as people paste it. What is not recognised stays in `detail`, so nothing is lost.

    A municipality is province and city at once ("上海市浦东新区…": 上海, 上海市, 浦东新区).
    """
    found = _SHAPE.fullmatch(text.strip())
    assert found is not None  # every part is optional
    province, city, district = (found[part] or "" for part in ("province", "city", "district"))
    if province in _MUNICIPALITIES and not city:
        city = f"{province}市"
    return Place(province, city, district, found["detail"].strip())
