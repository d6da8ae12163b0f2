"""What handsets send: once, in order, put right in time, merged field by field, and never lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from tests import cast, works
from tests.fieldwork.handset import DOOR, FOUND, LOADED, Phone, fresh, give, job, sent
from tests.pictures import png
from xiuhao.fieldwork.app import shots
from xiuhao.fieldwork.app.models import ShotPiece
from xiuhao.fieldwork.app.moments import Anchor, Tick, corrected
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import engine
from xiuhao.kernel.models import Attachment, Journal
from xiuhao.kernel.time import now

pytestmark = pytest.mark.django_db


def verbs(case: object) -> list[str]:
    return list(Journal.objects.filter(case=case).order_by("seq").values_list("verb", flat=True))


def test_O1_a_batch_sent_five_times_whole_in_parts_and_cut_off_is_done_once() -> None:
    case, phone = job(), Phone()
    depart, arrive, note = phone.act(case, "depart", **LOADED), phone.act(case, "arrive", **DOOR), phone.act(case, "note", text="门口有狗")
    for acts in ((depart, arrive), (arrive, depart, note), (depart, arrive, note)):
        answers = phone.send(*acts)
    for cut in (0.4, 0.9):
        whole = phone.body(depart, arrive, note)
        assert phone.client.post("/app/api/sync", whole[: int(len(whole) * cut)], "application/json").status_code == 400
    assert answers == {act["key"]: "done" for act in (depart, arrive, note)}
    assert [verbs(case).count(verb) for verb in ("depart", "arrive", "note")] == [1, 1, 1]
    changed = {**note, "given": {"text": "改过的内容"}}  # the same key for something else is no repeat
    assert phone.send(changed) == {note["key"]: "refused"}
    assert phone.heard["items"][0]["code"] == "key_reused"


def test_O2_what_comes_before_its_step_waits_and_is_taken_up_with_it() -> None:
    case, phone = job(), Phone()
    depart, arrive, diagnose = phone.act(case, "depart", **LOADED), phone.act(case, "arrive", **DOOR), phone.act(case, "diagnose", **FOUND)
    assert phone.send(diagnose) == {diagnose["key"]: "waiting"}
    assert phone.heard["items"][0]["code"] == "step_missing"
    assert fresh(case).state == "accepted"
    assert phone.send(depart)[diagnose["key"]] == "waiting"
    assert phone.send(arrive) == {arrive["key"]: "done", diagnose["key"]: "done"}
    assert verbs(case)[-3:] == ["depart", "arrive", "diagnose"] and fresh(case).state == "diagnosed"


def test_what_follows_a_refused_step_waits_until_that_is_mended() -> None:
    case, phone = job(), Phone()
    depart, arrive = phone.act(case, "depart", **LOADED), phone.act(case, "arrive")
    note = phone.act(case, "note", text="等客户开门")
    assert phone.send(depart, arrive, note) == {depart["key"]: "done", arrive["key"]: "refused", note["key"]: "waiting"}
    assert "定位" in next(item["sentence"] for item in phone.heard["items"] if item["key"] == arrive["key"])
    mended = {**arrive, "key": str(uuid4()), "given": DOOR}
    assert phone.send(mended) == {mended["key"]: "done", note["key"]: "done"}
    late = phone.act(case, "diagnose")
    assert phone.send(late)[late["key"]] == "refused"
    assert phone.send({**late, "withdrawn": True})[late["key"]] == "dismissed"
    assert sent(late).state == "dismissed"  # taken back, and still to be read


def test_O3_work_on_a_job_that_went_to_another_meanwhile_is_kept_and_a_dispatcher_decides() -> None:
    case, phone = job(), Phone()
    shot = phone.photo()
    acts = [
        phone.act(case, "depart", **LOADED),
        phone.act(case, "arrive", door=[shot], note="地下室没有信号"),
        phone.act(case, "finish", solution="已换压缩机"),
        phone.act(case, "note", text="旧件在车上"),
    ]
    give(case, "engineer2")
    assert list(phone.send(*acts).values()) == ["conflict", "noted", "noted", "done"]
    assert fresh(case).state == "conflict"
    [kept] = Attachment.objects.unscoped("test").filter(case=case)
    assert kept.file.is_image
    lines = Journal.objects.filter(case=case, data__offline__has_key="late").order_by("seq")
    assert [line.verb for line in lines] == ["conflict", "take_late", "take_late"]
    record = WorkOrder.objects.get(pk=case.pk)
    assert record.arrived_at is not None and record.finished_at is not None and record.engineer_id == works.who("engineer2").id
    assert engine.perform(
        "work", "decide", actor=works.who("planner"), number=case.number, given={"outcome": "counts", "reason": "现场已修好"}
    )
    record.refresh_from_db()
    assert record.engineer_id == cast.account("engineer").pk and fresh(case).state != "conflict"
    assert {line.actor_id for line in lines} == {cast.account("engineer").pk}
    assert lines[2].data["offline"]["late"]["verb"] == "finish" and "text" in lines[2].data["contents"]
    stranger = Phone("engineer")
    other = stranger.act(job("engineer2"), "depart", **LOADED)  # never theirs: nothing of it reaches the job
    assert stranger.send(other) == {other["key"]: "refused"}


def test_O4_each_field_has_its_own_rule_and_nobody_overwrites_the_whole() -> None:
    case, phone, left, then = job(), Phone(), now() - timedelta(minutes=40), now() - timedelta(minutes=20)
    engine.perform("work", "depart", actor=cast.actor("engineer"), number=case.number, given=LOADED, occurred=left)
    case = fresh(case)
    arrive = phone.act(case, "arrive", at=then, **DOOR)
    note = phone.act(case, "note", text="客户说昨晚就坏了")
    engine.perform("work", "arrive", actor=cast.actor("engineer"), number=case.number, given=DOOR)  # said on the desk meanwhile
    assert phone.send(arrive, note) == {arrive["key"]: "merged", note["key"]: "done"}
    record = WorkOrder.objects.get(pk=case.pk)
    assert record.arrived_at is not None and abs(record.arrived_at - then) < timedelta(seconds=5)  # the handset's holds
    assert fresh(case).state == "arrived" and verbs(case).count("arrive") == 1
    moved = phone.act(
        case, "reschedule", window_from="2027-01-01T09:00:00+08:00", window_to="2027-01-01T11:00:00+08:00", reason="客户不在", consent=True
    )
    assert phone.send(moved) == {moved["key"]: "noted"}  # an appointment is ours: its words stand beside
    assert WorkOrder.objects.get(pk=case.pk).window_from is None


@pytest.mark.parametrize("wrong", [timedelta(hours=3), timedelta(days=-1)], ids=["three-hours-ahead", "a-day-behind"])
def test_O5_a_wrong_clock_is_put_right_and_told(wrong: timedelta) -> None:
    case, phone = job(), Phone(wrong=wrong)
    depart = phone.act(case, "depart", **LOADED)
    assert phone.send(depart) == {depart["key"]: "done"}
    line = Journal.objects.get(case=case, verb="depart")
    assert abs(line.occurred_at - now()) < timedelta(seconds=30)
    assert line.data["offline"]["suspect"] and abs(line.data["offline"]["skew"] - wrong.total_seconds()) < 30
    assert datetime.fromisoformat(line.data["offline"]["device_at"]) == sent(depart).device_at
    assert WorkOrder.objects.get(pk=case.pk).departed_at == line.occurred_at


def test_O5_the_counter_goes_before_the_wall_clock_and_an_answer_of_ours_before_both() -> None:
    received, run, other = datetime(2026, 11, 22, 12, 0, tzinfo=UTC), uuid4(), uuid4()
    minutes = 60_000.0
    sending = Tick(received + timedelta(hours=3), 100 * minutes, run)
    put_back = Tick(received - timedelta(days=1), 40 * minutes, run)  # the wall clock was changed between doing and sending
    assert corrected(put_back, sending, received) == (received - timedelta(minutes=60), -23 * 3600)
    older = Tick(received + timedelta(hours=1), 5 * minutes, other)  # the app was killed since
    assert corrected(older, sending, received)[0] == received - timedelta(hours=2)
    anchor = Anchor(received - timedelta(hours=5), 2 * minutes)
    assert corrected(older, sending, received, anchor)[0] == received - timedelta(hours=5) + timedelta(minutes=3)
    ahead = Tick(received + timedelta(hours=9), 900 * minutes, other)
    assert corrected(ahead, sending, received)[0] == received  # nothing happens after we heard of it


def test_O6_texts_go_first_and_a_photo_that_was_cut_off_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    case, phone = job(), Phone()
    data, shot = png("blue"), str(uuid4())
    acts = [phone.act(case, "depart", **LOADED), phone.act(case, "arrive", door=[shot], note="没有定位")]
    assert list(phone.send(*acts).values()) == ["done", "waiting"]
    assert sent(acts[1]).code == "photos_missing"
    taken = now() - timedelta(hours=2)
    phone.announce(data, UUID(shot), taken_at=taken.isoformat(), position="30.274100,120.155100")
    assert phone.put(shot, 0, data[:40]).json()["have"] == 40
    assert phone.announce(data, UUID(shot))[1] == 40  # the app was killed, and asks again
    gap = phone.put(shot, 60, data[60:])
    assert gap.status_code == 409 and gap.json()["params"]["have"] == 40
    assert phone.put(shot, 0, data[:50]).json()["have"] == 50  # what was here is not kept twice
    assert phone.put(shot, 50, data[50:]).json()["have"] == len(data)
    assert phone.send()[acts[1]["key"]] == "done"
    [kept] = Attachment.objects.unscoped("test").filter(case=case)
    assert kept.taken_at == taken and kept.position == "30.274100,120.155100" and kept.evidence == "arrive.door"
    assert not ShotPiece.objects.exists()
    assert phone.announce(data, UUID(shot))[1] == len(data)  # settled: nothing is wanted of it any more
    monkeypatch.setattr(shots, "MOST", 0)
    refused = phone.client.post("/app/api/shots", json.dumps({"id": str(uuid4()), "name": "x", "size": 5}), "application/json")
    assert refused.status_code == 429


def test_O8_what_a_closed_account_hands_in_is_held_for_a_supervisor_and_nothing_is_sent_down() -> None:
    case, phone = job(), Phone()
    account = cast.account("engineer")
    shot = phone.photo()
    depart = phone.act(case, "depart", **LOADED)
    arrive = phone.act(case, "arrive", door=[shot], note="没有信号")
    account.is_active = False
    account.save(update_fields=["is_active"])
    assert phone.send(depart, arrive, status=202) == {depart["key"]: "held", arrive["key"]: "held"}
    assert phone.heard == {"closed": True, "items": [
        {"key": act["key"], "sequence": act["sequence"], "state": "held", "code": "", "number": case.number} for act in (depart, arrive)
    ]}  # fmt: skip
    assert phone.client.get("/app/api/work").status_code == 401
    assert fresh(case).state == "accepted" and "depart" not in verbs(case)
    boss = Client()
    boss.force_login(cast.account("manager"), backend="xiuhao.kernel.login.Backend")
    assert "工程师康" in boss.get("/field/held").content.decode()
    assert boss.post(f"/field/held/{sent(depart).pk}", {"do": "attach"}).status_code == 303
    assert boss.post(f"/field/held/{sent(arrive).pk}", {"do": "attach"}).status_code == 303
    assert fresh(case).state == "conflict" and Attachment.objects.unscoped("test").filter(case=case).count() == 1
    assert boss.post(f"/field/held/{sent(depart).pk}", {"do": "attach"}).status_code == 409  # once
    nobody = Client()
    nobody.force_login(cast.account("agent"), backend="xiuhao.kernel.login.Backend")
    assert nobody.get("/field/held").status_code == 403


def test_O8_after_a_log_out_work_is_held_and_taken_up_at_the_next_log_in() -> None:
    case, phone = job(), Phone()
    depart = phone.act(case, "depart", **LOADED)
    assert phone.client.post("/app/api/close").status_code == 200
    assert phone.send(depart, status=202) == {depart["key"]: "held"}
    browser = Client()
    browser.force_login(cast.account("engineer"), backend="xiuhao.kernel.login.Backend")
    body = json.dumps({"handset": str(phone.handset.public_id), "label": "again"})
    made = browser.post("/app/api/handset", body, "application/json")
    assert made.status_code == 201
    phone.client = Client(headers={"authorization": f"Bearer {made.json()['token']}"})
    assert phone.send() == {depart["key"]: "done"}
    assert fresh(case).state == "travelling"
