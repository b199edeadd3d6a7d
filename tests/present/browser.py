"""A headless browser for tests, driven over the WebDriver protocol with the standard library alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER = "\ue007"
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip


class Browser:
    """One session: open pages, run script, click, press keys, read what the console complains of."""

    def __init__(self, address: str, session: str, folder: Path) -> None:
        self.address, self.folder = f"{address}/session/{session}", folder

    def call(self, method: str, place: str, body: dict[str, Any] | None = None) -> Any:
        return _call(method, f"{self.address}/{place}", body)

    def open(self, page: Path, hash_: str = "", *, width: int = 1280) -> None:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        given = {"cmd": "Emulation.setDeviceMetricsOverride", "params": size}
        self.call("POST", "goog/cdp/execute", given)
        self.call("POST", "url", {"url": "about:blank"})
        self.call("POST", "url", {"url": page.as_uri() + hash_})

    def run(self, script: str, *arguments: Any) -> Any:
        return self.call("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def click(self, selector: str) -> None:
        self.call("POST", f"element/{self._find(selector)}/click", {})

    def press(self, selector: str, keys: str) -> None:
        self.call("POST", f"element/{self._find(selector)}/value", {"text": keys})

    def complaints(self) -> list[str]:
        found = self.call("POST", "se/log", {"type": "browser"})
        return [entry["message"] for entry in found if entry["level"] in ("SEVERE", "WARNING")]

    def _find(self, selector: str) -> str:
        return str(self.call("POST", "element", {"using": "css selector", "value": selector})[ELEMENT])


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Start a browser that saves downloads in ``folder``; skip the test where none is installed."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if driver is None or chromium is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    with subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ports = (re.search(r"started successfully on port (\d+)", line) for line in process.stdout)
            address = f"http://127.0.0.1:{next(found[1] for found in ports if found)}"
            options = {
                "binary": chromium,
                "args": [*_FLAGS, f"--user-data-dir={folder / 'profile'}"],
                "prefs": {"download.default_directory": str(folder)},
            }
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            made = _call("POST", f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})
            session = Browser(address, made["sessionId"], folder)
            yield session
            session.call("DELETE", "")
        finally:
            process.terminate()


def _call(method: str, address: str, body: dict[str, Any] | None) -> Any:
    data = None if body is None else json.dumps(body).encode("utf-8")
    request = Request(address.rstrip("/"), data, {"Content-Type": "application/json"}, method=method)
    with urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())["value"]
