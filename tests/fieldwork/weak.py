"""A weak link: a port that passes everything on to the server, and breaks off in the middle again and again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, BrowserType

from tests.browser import FLAGS, becomes, chromium

# In the page: so many notes on each job, with pictures that no two are alike, as `field.act` keeps them.
PENDING = """async ([numbers, photos]) => {
    let bytes = 0;
    const machine = await field.store.meta("machine"), note = machine.verbs.find((verb) => verb.key === "note");
    for (const number of numbers) {
        const job = await field.store.get("jobs", number), shots = [];
        for (let nth = 0; nth < photos; nth++) {
            const canvas = new OffscreenCanvas(480, 360), pen = canvas.getContext("2d"), noise = pen.createImageData(480, 360);
            for (let at = 0; at < noise.data.length; at += 65536) crypto.getRandomValues(noise.data.subarray(at, at + 65536));
            for (let at = 3; at < noise.data.length; at += 4) noise.data[at] = 255;
            pen.putImageData(noise, 0, 0);
            const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
            bytes += blob.size;
            shots.push({ id: crypto.randomUUID(), name: nth + ".jpg", at: new Date().toISOString(), position: "", blob });
        }
        await field.store.act(job, note, { text: "现场 " + number, photos: shots.map((shot) => shot.id) }, shots);
    }
    const kept = await field.counts();
    return [kept.open, kept.shots, bytes];
}"""


class Link:
    """Passes connections on to `server`. Armed, it is cut each time that many bytes more have gone up."""

    def __init__(self, server: str) -> None:
        where = urlsplit(server)
        self.target = (where.hostname or "127.0.0.1", where.port or 80)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://{self.target[0]}:{self.listening.getsockname()[1]}"
        self.pairs: set[socket.socket] = set()
        self.lock = threading.Lock()
        self.gone, self.every, self.left, self.cuts = 0, 0, 0, 0
        threading.Thread(target=self._listen, daemon=True).start()

    def arm(self, cuts: int, every: int) -> None:
        """From now on cut so many times, each after so many bytes."""
        self.gone, self.every, self.left = 0, every, cuts

    def close(self) -> None:
        """No more connections."""
        self.listening.close()
        self.cut()

    def cut(self) -> None:
        """Break all of them off, wherever they are."""
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        for each in pairs:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                inner, _from = self.listening.accept()
                outer = socket.create_connection(self.target)
                with self.lock:
                    self.pairs |= {inner, outer}
                threading.Thread(target=self._pass, args=(inner, outer, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(outer, inner, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(16_384):
                target.sendall(data)
                if up and self._due(len(data)):
                    self.cut()
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.close()

    def _due(self, size: int) -> bool:
        with self.lock:
            self.gone += size
            if self.left and self.gone >= self.every:
                self.gone, self.left, self.cuts = 0, self.left - 1, self.cuts + 1
                return True
        return False


def telephone(driver: BrowserType, folder: Path, cookie: Any) -> BrowserContext:
    """A browser that keeps what it has in a folder, as a telephone does over its own death."""
    context = driver.launch_persistent_context(
        str(folder), executable_path=chromium(), headless=True, args=list(FLAGS), locale="zh-CN", viewport={"width": 360, "height": 740}
    )
    context.add_cookies([cookie])
    return context


def kill(folder: Path) -> None:
    """`kill -9` of the browser that works in this folder: nobody tells the page."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"--user-data-dir={folder}".encode() in (entry / "cmdline").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)


def survives(driver: BrowserType, url: str, folder: Path, cookie: Any, numbers: list[str], photos: int, cuts: int) -> int:
    """Keep actions and photos without a network, die, come back over a link that is cut: how often it was cut until all had gone."""
    link = Link(url)
    try:
        context = telephone(driver, folder, cookie)
        page = context.pages[0]
        page.goto(f"{link.url}/app/")
        page.wait_for_selector("body[data-ready]", state="attached")
        becomes(page, "(n) => field.store.all('jobs').then((jobs) => jobs.length >= n)", arg=len(numbers))
        context.set_offline(True)
        acts, shots, size = page.evaluate(PENDING, [numbers, photos])
        assert (acts, shots) == (len(numbers), len(numbers) * photos)
        kill(folder)
        with contextlib.suppress(Exception):  # it is gone
            context.close()
        (folder / "SingletonLock").unlink(missing_ok=True)
        link.arm(cuts, size // (cuts + 1))
        context = telephone(driver, folder, cookie)
        page = context.pages[0]
        page.goto(f"{link.url}/app/")
        page.wait_for_selector("body[data-ready]", state="attached", timeout=120_000)
        becomes(page, "() => field.counts().then((now) => now.open + now.shots === 0)", seconds=240)
        context.close()
        return link.cuts
    finally:
        link.close()
