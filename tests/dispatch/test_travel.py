"""How long the way takes: by distance and speed, by a matrix service where there is one, and what is said where it is silent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from xiuhao.dispatch import travel

pytestmark = pytest.mark.django_db
HANGZHOU, SHANGHAI, NEAR = (30.2741, 120.1551), (31.2304, 121.4737), (30.2750, 120.1560)


class Osrm(BaseHTTPRequestHandler):
    """Speaks the table service of OSRM: the way from place i to place j takes 60·i + j seconds; or nothing, once it is ill."""

    ill = False
    asked = 0

    def do_GET(self) -> None:  # the standard library's name
        type(self).asked += 1
        parts = urlsplit(self.path)
        spots = [tuple(float(x) for x in spot.split(",")) for spot in parts.path.rsplit("/", 1)[1].split(";")]
        query = parse_qs(parts.query)
        rows, columns = ([int(n) for n in query[key][0].split(";")] for key in ("sources", "destinations"))
        told: dict[str, Any] = {"code": "Ok", "durations": [[round(spots[i][0] * 10) + spots[j][1] for j in columns] for i in rows]}
        body = json.dumps({"code": "InvalidQuery"} if self.ill else told).encode()
        self.send_response(400 if self.ill else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """Silent."""


@pytest.fixture
def service(settings: Any) -> Iterator[type[Osrm]]:
    """The service on loopback, and nothing remembered of others."""
    travel._known.clear()
    kind = type("Fresh", (Osrm,), {"asked": 0, "ill": False})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.XIUHAO_MATRIX_URL = f"http://127.0.0.1:{server.server_port}/"
    yield kind
    server.shutdown()
    server.server_close()
    travel._known.clear()


def test_distance_is_the_great_circle_and_a_longer_way_never_takes_less() -> None:
    km = travel.crow([HANGZHOU, SHANGHAI, NEAR])
    assert km[0, 1] == pytest.approx(164.6, rel=0.01) and km[0, 0] == 0 and km[0, 1] == pytest.approx(km[1, 0])
    ways = travel.estimate(np.linspace(0.0, 80.0, 400))
    assert (np.diff(ways) >= 0).all() and ways[0] == 0
    assert travel.legs([(HANGZHOU, NEAR), (NEAR, SHANGHAI)]) == [int(travel.estimate(km)[0, 2]), int(travel.estimate(km)[2, 1])]


def test_a_service_is_asked_once_for_each_pair_and_its_times_count(service: type[Osrm]) -> None:
    found = travel.between([HANGZHOU, SHANGHAI])
    assert found.way == "service" and found.seconds[0, 1] == round(HANGZHOU[1] * 10) + round(SHANGHAI[0])
    asked = service.asked
    assert travel.between([SHANGHAI, HANGZHOU]).seconds[1, 0] == found.seconds[0, 1] and service.asked == asked
    assert travel.legs([(HANGZHOU, SHANGHAI)]) == [found.seconds[0, 1]]


def test_a_service_that_fails_is_stood_in_for_and_it_is_said(service: type[Osrm]) -> None:
    service.ill = True
    found = travel.between([HANGZHOU, NEAR])
    assert found.way == "fallback" and found.seconds[0, 1] == travel.estimate(travel.crow([HANGZHOU, NEAR]))[0, 1]
    service.ill = False
    assert travel.between([HANGZHOU, NEAR]).way == "service"
