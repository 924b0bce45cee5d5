#!/usr/bin/env python3
"""Opens reports in headless Chromium and checks what a reader would see.

    report_browser_check.py --out FOLDER report.html [more.html ...]

For every file: no console error, no request to anywhere, every chart drawn and none of them blank, no sideways
scrolling of the page at phone width, the theme switch works. Writes screenshots (light, dark, phone) and a PDF into
FOLDER. Exit status 0 passed, 1 failed, 77 no Chromium here (ctest shows it as skipped).

Speaks the DevTools protocol over a pipe (--remote-debugging-pipe), so it needs nothing but Python.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Any

SKIPPED = 77
STEP_SECONDS = 60.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe",
)
Json = dict[str, Any]

# What the page says about itself, and for each chart whether anything but axes and text stands in it.
PAGE_STATE = """(() => ({
  charts: {...document.documentElement.dataset},
  plots: [...document.querySelectorAll('.plot')].map(plot => ({
    id: plot.id, label: plot.getAttribute('aria-label'), width: plot.clientWidth,
    shapes: plot.querySelectorAll('svg path, svg rect, svg circle, svg polyline').length,
    words: plot.querySelectorAll('svg text').length,
    outside: [...plot.querySelectorAll('svg text')].filter(text => {
      const box = text.getBoundingClientRect(), frame = plot.getBoundingClientRect();
      return box.right > frame.right + 2 || box.left < frame.left - 2;
    }).map(text => text.textContent)})),
  sections: document.querySelectorAll('main > section').length,
  overflow: document.documentElement.scrollWidth - innerWidth,
  alerts: window.alerted || 0,
  height: document.documentElement.scrollHeight,
  paper: getComputedStyle(document.body).backgroundColor}))()"""


class Browser:
    """One Chromium with one page. Commands go to the page; events are kept in `events`."""

    def __init__(self, program: str, profile: str) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()

        def take_places() -> None:  # the protocol is read on 3 and written on 4
            high_in, high_out = os.dup(to_browser), os.dup(from_browser)
            for source, target in ((os.dup(high_in), 3), (os.dup(high_out), 4)):
                os.dup2(source, target, inheritable=True)

        self._process = subprocess.Popen(  # pylint: disable=subprocess-popen-preexec-fn
            [program, *FLAGS, f"--user-data-dir={profile}"],
            preexec_fn=take_places, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._next_id = 0
        self._session: str | None = None
        self.events: list[Json] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        self._session = None
        try:
            self.call("Browser.close")
            self._process.wait(10)
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()

    def call(self, method: str, **params: Any) -> Json:
        self._next_id += 1
        message: Json = {"id": self._next_id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._next_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, event: str) -> None:
        while not any(seen.get("method") == event for seen in self.events):
            self.events.append(self._receive())

    def evaluate(self, expression: str) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def _receive(self) -> Json:
        deadline = time.monotonic() + STEP_SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(deadline - time.monotonic(), 0))
            chunk = os.read(self._read, 1 << 20) if ready else b""
            if not chunk:
                raise RuntimeError(f"Chromium did not answer within {STEP_SECONDS:.0f} s or ended")
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(line)


class Check:
    """One report in one browser; collects what is wrong with it."""

    def __init__(self, browser: Browser, file: pathlib.Path, out: pathlib.Path) -> None:
        self.browser, self.file, self.out = browser, file, out
        self.problems: list[str] = []

    def run(self) -> list[str]:
        phone = self.view("light", 390, name="phone")
        if phone["overflow"] > 0:
            self.problems.append(f"at phone width the page is {phone['overflow']} px too wide")
        light = self.view("light", 1280)
        self.switch_theme(light["paper"])
        dark = self.view("dark", 1280)
        if light["paper"] == dark["paper"]:
            self.problems.append("dark looks like light")
        self.print_pdf()
        return self.problems

    def view(self, scheme: str, width: int, name: str | None = None) -> Json:
        name = name or scheme
        self.open(scheme, width)
        state = self.browser.evaluate(PAGE_STATE)
        self.judge(name, state)
        self.screenshot(name, width, state["height"])
        return state

    def open(self, scheme: str, width: int) -> None:
        browser = self.browser
        browser.events.clear()
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                     mobile=width < 600)
        browser.call("Emulation.setEmulatedMedia", media="screen",
                     features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.call("Page.navigate", url=self.file.resolve().as_uri())
        browser.wait_for("Page.loadEventFired")

    def judge(self, name: str, state: Json) -> None:
        say = lambda text: self.problems.append(f"{name}: {text}")  # noqa: E731
        for event in self.browser.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                say(f"exception: {params['exceptionDetails'].get('exception', {}).get('description')}")
            elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                say(f"console {params['type']}: {[arg.get('value', arg.get('description')) for arg in params['args']]}")
            elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                say(f"log: {params['entry']['text']}")
            elif method == "Network.requestWillBeSent":
                url = params["request"]["url"]
                if url != self.file.resolve().as_uri() and not url.startswith("data:"):
                    say(f"asked for {url}")
            elif method == "Page.javascriptDialogOpening":
                say("a dialog opened: some text of the shop ran as script")
        charts = state["charts"]
        if charts.get("chartsFailed") != "0" or charts.get("chartsDrawn") != str(len(state["plots"])):
            say(f"charts: {charts}, but {len(state['plots'])} places for them")
        for plot in state["plots"]:
            if plot["shapes"] < 2 or plot["words"] < 2:
                say(f"chart {plot['id']} is blank: {plot['shapes']} shapes, {plot['words']} words")
            if not plot["label"]:
                say(f"chart {plot['id']} has no label for screen readers")
            if plot["outside"]:
                say(f"chart {plot['id']} cuts off {plot['outside'][:3]}")
        if state["sections"] < 10:
            say(f"only {state['sections']} sections")

    def screenshot(self, name: str, width: int, height: int) -> None:
        shot = self.browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                                 clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
        data = base64.b64decode(shot["data"])
        if len(data) < 5000:
            self.problems.append(f"{name}: the screenshot is empty")
        self.path(f"{name}.png").write_bytes(data)

    def switch_theme(self, before: str) -> None:
        self.browser.events.clear()
        self.browser.evaluate("document.getElementById('theme').click()")
        state = self.browser.evaluate(PAGE_STATE)
        if state["paper"] == before:
            self.problems.append("the theme switch does nothing")
        self.judge("switched", state)

    def print_pdf(self) -> None:
        """Printed from the dark page: paper must come out light and the screen dark again."""
        before = self.browser.evaluate(PAGE_STATE)["paper"]
        self.browser.call("Emulation.setEmulatedMedia", media="",
                          features=[{"name": "prefers-color-scheme", "value": "dark"}])
        pdf = self.browser.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        data = base64.b64decode(pdf["data"])
        if not data.startswith(b"%PDF"):
            self.problems.append("printing gave no PDF")
        state = self.browser.evaluate(PAGE_STATE)
        if state["paper"] != before:
            self.problems.append("printing left the page in another theme")
        self.judge("printed", state)
        self.path("print.pdf").write_bytes(data)

    def path(self, suffix: str) -> pathlib.Path:
        return self.out / f"{self.file.name.removesuffix('.html')}.{suffix}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("reports", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print(f"SKIPPED: no Chromium found (looked for {', '.join(BROWSERS)}); apt install chromium")
        return SKIPPED
    arguments.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(program, profile)
        try:
            for file in arguments.reports:
                problems = Check(browser, file, arguments.out).run()
                failed += bool(problems)
                print(f"{'FAILED' if problems else 'ok'} {file.name}")
                for problem in problems:
                    print(f"  {problem}")
        finally:
            browser.close()
    print(f"screenshots in {arguments.out}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
