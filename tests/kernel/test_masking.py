"""Masks: what is shown to those without need, and never more of a datum than its shape."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiuhao.kernel.masking import mask_address, mask_email, mask_id, mask_name, mask_phone, normalise_phone
from xiuhao.kernel.refusal import Refused


@pytest.mark.parametrize(
    "typed",
    ["１３８００００００００", "+86 138-0000-0000", "13800000000", "0086 138 0000 0000", "＋86 138 0000 0000", "138\u20110000\u20130000"],
)
def test_P3_every_way_to_type_a_phone_is_one_identity(typed):
    assert normalise_phone(typed) == "+8613800000000"


@pytest.mark.parametrize(
    "typed",
    [
        "138000000000",
        "1380000000",
        "12345678",
        "10086",
        "",
        " ",
        "0",
        "+",
        "138 0000 0000 转 8",
        "call 13800000000",
        "1-800-FLOWERS",
        "9" * 400,
        "13800000000\0",
        "+86138000000000",
    ],
)
def test_P3_what_no_plan_knows_is_refused_with_an_example(typed):
    with pytest.raises(Refused) as caught:
        normalise_phone(typed)
    assert (caught.value.code, caught.value.status) == ("phone_invalid", 422)
    assert normalise_phone(caught.value.params["example"]) == "+8613800138000"


def _answer(typed):
    try:
        return normalise_phone(typed)
    except Refused:
        return ""


def test_what_is_said_of_a_mobile_at_a_glance_is_what_the_numbering_plan_says():
    valid = 0
    for prefix in range(10_000, 20_000, 7):
        typed = f"{prefix}012345"
        read = phonenumbers.parse(typed, "CN")
        told = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_valid_number(read) else ""
        assert _answer(typed) == _answer(f" {typed}") == told
        valid += told == f"+86{typed}"
    assert valid > 500


@pytest.mark.parametrize(
    ("typed", "number", "masked"),
    [
        ("13812345678", "+8613812345678", "138****5678"),
        ("010-12345678", "+861012345678", "010****5678"),
        ("(0755) 8322-1234", "+8675583221234", "075****1234"),
        ("021 6123 4567", "+862161234567", "021****4567"),
        ("400 810 0000", "+864008100000", "400****0000"),
        ("+852 9123 4567", "+85291234567", "852****4567"),
        ("+1 202 555 0143", "+12025550143", "120****0143"),
    ],
)
def test_V18_a_phone_is_masked_alike_as_typed_and_as_kept(typed, number, masked):
    assert normalise_phone(typed) == number
    assert mask_phone(number) == masked
    assert mask_phone(typed) == masked


def test_a_region_reads_numbers_without_country_code():
    assert normalise_phone("9123 4567", "HK") == "+85291234567"


def test_V18_short_and_odd_numbers_are_masked_too():
    assert [mask_phone(p) for p in ("", "110", "10086", "87654321", "abc")] == ["", "****", "****86", "****21", ""]


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张小明", "张*明"),
        ("张明", "张*"),
        ("张", "*"),
        ("欧阳小明", "欧**明"),
        ("阿依古丽·买买提", "阿**提"),
        ("𠮷野家", "𠮷*家"),
        ("John Smith", "J** S**"),
        ("", ""),
    ],
)
def test_V18_names(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("广东省深圳市南山区科技园1号", "广东省深圳市南山区****"),
        ("上海市浦东新区张江路100弄3号", "上海市浦东新区****"),
        ("北京市朝阳区市场街1号小区", "北京市朝阳区****"),
        ("山东省济南市市中区经十路1号", "山东省济南市市中区****"),
        ("河北省唐山市路北区建设路", "河北省唐山市路北区****"),
        ("江苏省苏州市昆山市花桥镇", "江苏省苏州市昆山市****"),
        ("湖南省长沙县星沙街道", "湖南省长沙县****"),
        ("内蒙古自治区锡林郭勒盟正蓝旗", "内蒙古自治区锡林郭勒盟正蓝旗****"),
        ("新疆维吾尔自治区伊犁哈萨克自治州伊宁市解放路", "新疆维吾尔自治区伊犁哈萨克自治州伊宁市****"),
        (" 上海市 徐汇区 漕溪北路 1 号", "上海市 徐汇区****"),
        ("上海张江路100弄3号小区5楼", "上海****"),
        ("阳光小区3号", "****"),
        ("世纪联华超市旁", "****"),
        ("12 Main Street", "****"),
        ("", ""),
    ],
)
def test_V18_addresses_keep_province_city_and_district(address, masked):
    assert mask_address(address) == masked


def test_V18_mail_and_identity_numbers():
    assert [mask_email(e) for e in ("zhangsan@example.com", "@x.com", "nobody", "")] == ["z***@example.com", "***@x.com", "***", ""]
    assert [mask_id(i) for i in ("11010119900307123X", "E12345678", "123", "")] == ["11****3X", "****78", "****", ""]


@given(st.text(alphabet="0123456789+- ()", max_size=20))
def test_V18_a_mask_never_holds_more_than_seven_digits_of_a_phone(phone):
    assert sum(c.isdigit() for c in mask_phone(phone)) <= 7


@given(st.text(max_size=60))
def test_V18_masks_take_any_text(text):
    for mask in (mask_phone, mask_name, mask_address, mask_email, mask_id):
        assert isinstance(mask(text), str)
