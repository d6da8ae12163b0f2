"""A small world of complaints, made by chance with a fixed seed: no text is anybody's."""

from __future__ import annotations

import random

THINGS = {
    "fridge": ("冷藏室", "冷冻室", "冰箱门", "压缩机", "结冰", "不制冷", "门封条", "异味"),
    "washer": ("滚筒", "脱水", "甩干", "进水阀", "洗衣机", "排水管", "漏水", "洗不干净"),
    "aircon": ("外机", "遥控器", "空调", "出风口", "制热", "氟利昂", "挂机", "滴水"),
}
AROUND = (
    "昨天开始",
    "用了两年",
    "刚买回来",
    "早上发现",
    "老人在家",
    "麻烦尽快",
    "请问怎么办",
    "声音很大",
    "有时候",
    "一直",
    "家里",
    "今天又",
)


def corpus(each: int = 110, *, wrong: float = 0.0, seed: int = 7) -> tuple[list[str], list[str]]:
    """(texts, labels): `each` of every thing; the share `wrong` of the labels is drawn by lot."""
    chance = random.Random(seed)
    texts, labels = [], []
    for label, words in THINGS.items():
        for _ in range(each):
            said = [*chance.sample(words, 2), *chance.sample(AROUND, 3)]
            chance.shuffle(said)
            texts.append("，".join(said))
            labels.append(chance.choice(list(THINGS)) if chance.random() < wrong else label)
    return texts, labels
