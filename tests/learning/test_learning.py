"""What is learned is measured, kept as plain numbers, used only if it is good enough, and never surer than it is."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest
from django.test import Client

from tests.cast import account
from tests.learning.corpus import corpus
from xiuhao.kernel.refusal import Refused
from xiuhao.learning import actions, queries
from xiuhao.learning.linear import Linear, load, plain_trust
from xiuhao.learning.models import Model
from xiuhao.learning.texts import families, plain

pytestmark = pytest.mark.django_db

OVENS = [f"烤箱门{what}，{more}" for what in ("松了", "打不开", "玻璃裂", "漏热", "掉漆", "不严") for more in ("昨天开始", "家里", "一直")]


@cache
def taught() -> tuple[Linear, tuple[str, ...]]:
    from xiuhao.learning import fitting

    texts, labels = corpus()
    return fitting.fit(texts, labels, families(texts)), tuple(texts)


def test_it_is_trained_measured_used_and_a_worse_one_is_refused(client: Client) -> None:
    good = actions.train("category", *corpus())
    assert good.in_use and good.f1 > 0.95
    assert good.report["sure"] >= good.report["accuracy"]
    assert sum(step["n"] for step in good.report["steps"]) == good.report["n"] == good.n
    found = queries.suggest("category", "洗衣机脱水的时候漏水，滚筒声音很大")
    assert found is not None and found.value == "washer" and 0.9 <= found.chance <= 1
    assert queries.suggest("category", "请问你们几点上班，麻烦回个电话") is None, "nothing is suggested where it is not sure"
    assert queries.suggest("urgency", "洗衣机脱水的时候漏水") is None, "nothing was learned of this"
    bad = actions.train("category", *corpus(wrong=0.3))
    assert (bad.in_use, bad.refused) == (False, "worse") and bad.f1 < good.f1
    assert Model.objects.get(in_use=True) == good
    client.force_login(account("lead"))
    page = client.get("/learning/").content.decode()
    assert "测得不如使用中的版本" in page and "自有数据还不够" in page


def test_it_states_how_often_it_is_right_of_cut_texts_and_of_those_of_no_class_and_is_quieter_there() -> None:
    import numpy as np

    from xiuhao.learning import measuring

    texts, labels = corpus(60)
    one = measuring.measure(texts, labels, families(texts), OVENS[:12])
    assert one["whole"]["n"] == one["cut"]["n"] == len(texts) and one["strangers"]["n"] == 12
    assert one["strangers"]["share"] <= one["cut"]["share"] < one["whole"]["share"] and one["whole"]["right"] > 0.95
    made = taught()[0]
    odd = "微波炉不加热，转盘也不转"
    softmax = replace(made, trust=plain_trust())
    assert made.known(odd) < made.known("洗衣机脱水的时候漏水") and made.known("") == 0
    assert softmax.best(odd)[1] == pytest.approx(float(np.max(made.chances(odd))), abs=1e-5), "what a version of before stated"
    assert made.best(odd)[0] == softmax.best(odd)[0], "which class is likeliest does not change"


def test_texts_of_a_class_too_rare_to_learn_teach_that_nothing_is_to_be_said_of_them() -> None:
    texts, labels = corpus()
    made = actions.train("category", [*texts, *OVENS], [*labels, *["oven"] * len(OVENS)])
    assert "oven" not in made.classes and made.n == len(texts) and made.report["strangers"]["n"] == len(OVENS)
    with_them, without = load(bytes(made.arrays), made.words), taught()[0]
    assert with_them.best(OVENS[0])[1] < without.best(OVENS[0])[1] / 2, "what is stated of an oven, which nobody learned"
    found = queries.suggest("category", "洗衣机脱水的时候漏水，滚筒声音很大")
    assert found is not None and found.value == "washer"


def test_a_version_of_before_there_was_trust_is_still_read() -> None:
    import numpy as np

    made, texts = taught()
    _arrays, words = made.dump()
    file = io.BytesIO()
    np.savez(file, idf=made.idf, wide=made.wide, short=made.short, length=made.length, bias=made.bias)
    again = load(file.getvalue(), words)
    assert again.best(texts[0])[1] == pytest.approx(float(made.chances(texts[0]).max()), abs=1e-5)


def test_labels_drawn_by_lot_teach_nothing_that_is_used() -> None:
    made = actions.train("category", *corpus(wrong=1.0))
    assert (made.in_use, made.refused) == (False, "inaccurate")
    assert queries.suggest("category", "洗衣机脱水的时候漏水") is None


def test_too_few_texts_are_refused_with_the_numbers_and_nothing_is_kept() -> None:
    with pytest.raises(Refused) as caught:
        actions.train("category", *corpus(30))
    assert caught.value.code == "too_little_to_learn" and caught.value.params["n"] <= 90 and caught.value.params["least"] == 300
    copies = [f"冰箱不制冷，冷藏室结冰了，麻烦尽快处理{'。' * (at % 3)}{at}" for at in range(400)]
    with pytest.raises(Refused) as caught:
        actions.train("category", copies, ["fridge", "washer"] * 200)
    assert caught.value.params["n"] == 0, "four hundred copies are one text"
    assert not Model.objects.exists()


def test_V15_a_model_is_plain_numbers_and_neither_a_pickle_nor_an_altered_one_is_read() -> None:
    import numpy as np

    made, texts = taught()
    arrays, words = made.dump()
    again = load(arrays, words)
    assert [again.best(text) for text in texts[:20]] == [made.best(text) for text in texts[:20]]
    file = io.BytesIO()
    np.savez(file, idf=np.array([Trap()], dtype=object), wide=made.wide, short=made.short, length=made.length, bias=made.bias)
    with pytest.raises(ValueError, match="pickle"):
        load(file.getvalue(), words)
    row = Model(
        subject="category", trained_at="2026-01-01T00:00Z", n=1, classes=[], f1=1, report={}, arrays=arrays, words=words, sha="0" * 64,
        in_use=True,
    )  # fmt: skip
    row.save()
    with pytest.raises(ValueError, match="altered"):
        queries.suggest("category", "洗衣机脱水的时候漏水")


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pickle.loads, ("never",)


def test_numbers_of_people_are_not_read_and_near_duplicates_are_one_family() -> None:
    assert plain("请打138 0013 8000，订单JD20260101777，ＭＡＩＬ a.b@c.cn！！！！") == "请打#,订单#,mail #!!"
    one, two, other = families(["冰箱不制冷，冷藏室结冰了", "冰箱不制冷，冷藏室结冰", "洗衣机漏水"])
    assert one == two != other


def test_a_process_that_suggests_nothing_loads_neither_numpy_nor_scikit_learn() -> None:
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; import django; django.setup();"
        "import xiuhao.config.urls; print([m for m in ('numpy', 'scipy', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip().endswith("[]")
