"""Open a page in Chromium, as a reader would, and see what it says, does and asks for.

The browser is driven over a pipe with the DevTools protocol, so nothing but Chromium itself is
needed. Two witnesses tell of the network: the protocol, for what the page asks for, and the
browser's own net log, for what leaves it in any other way, such as looking up a name ahead.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

__all__ = ["LOOKUP", "Visit", "Visitor", "browser", "visit"]

LOOKUP = "a name was looked up"
"""Among the requests of a page; what the name was is not known."""

# Far more than a page takes, for machines that have other work.
_PATIENCE = 120.0
# What a page does of itself it does within this time after it was loaded.
_SETTLE_MS = 700

_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # of the operating system, which root cannot have
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    # The rest keeps the browser from asking for much on its own account.
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--disable-features=OptimizationHints,MediaRouter,Translate,NetworkTimeServiceQuerying",
    # No name is found, so that nothing leaves this machine; that one was asked for shows.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@dataclass(frozen=True)
class Visit:
    """What a page came to be in the browser, once it was loaded and had time to act."""

    dom: str
    """The document as the browser understood it, and as scripts left it, as HTML."""
    text: str
    """What a person reads: neither what is hidden nor what is in tags."""
    title: str
    requests: list[str] = field(default_factory=list)
    """Addresses that were asked for beside the page itself, and `LOOKUP` for names, once."""
    console: list[str] = field(default_factory=list)
    """What it wrote to the console, its dialogs (``alert: ...``), its errors, what was refused."""


Visitor: TypeAlias = "Callable[[Path | str], Visit]"


def browser() -> str | None:
    """Return where Chromium or Chrome is, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def visit(page: Path | str, folder: Path) -> Visit:
    """Open a file, or a text of HTML, in a fresh browser of its own.

    Parameters
    ----------
    page : path or str
        A file, or the HTML itself.
    folder : path
        An empty place for the browser's profile and log.

    Returns
    -------
    Visit
        What became of the page.
    """
    command = browser()
    assert command is not None, "no Chromium here"
    if isinstance(page, str):
        file = folder / "page.html"
        file.write_text(page, encoding="utf-8")
        page = file
    address = page.resolve().as_uri()
    log = folder / "net.json"
    with _chromium(command, folder, log) as pipe:
        session = _Session(pipe, address)
        dom, text, title = session.look()
        pipe.send("Browser.close")
        pipe.drain()
    requests = dict.fromkeys([*session.requests, *_logged(log)])
    return Visit(dom, text, title, list(requests), session.console)


class _Pipe:
    """Messages of the DevTools protocol: JSON, each followed by a NUL byte."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._data = b""
        self._last = 0
        self._until = time.monotonic() + _PATIENCE

    def send(self, method: str, session: str | None = None, **parameters: Any) -> int:
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        return self._last

    def receive(self) -> dict[str, Any] | None:
        """Return the next message; None when the browser has closed its end."""
        while b"\0" not in self._data:
            left = self._until - time.monotonic()
            if left <= 0 or not select.select([self._back], [], [], left)[0]:
                msg = f"the browser said nothing for {_PATIENCE:.0f} s"
                raise TimeoutError(msg)
            more = os.read(self._back, 1 << 20)
            if not more:
                return None
            self._data += more
        head, _, self._data = self._data.partition(b"\0")
        message: dict[str, Any] = json.loads(head)
        return message

    def drain(self) -> None:
        with contextlib.suppress(TimeoutError):
            while self.receive() is not None:
                pass


# Puts two descriptors where the browser looks for them, whatever they are now.
_LAUNCH = """
import fcntl, os, sys
there, back = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3])
os.dup2(there, 3)
os.dup2(back, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


@contextmanager
def _chromium(command: str, folder: Path, log: Path) -> Iterator[_Pipe]:
    """Start a browser that reads commands from its descriptor 3 and answers on 4."""
    profile = folder / "profile"
    arguments = [
        command,
        *_FLAGS,
        f"--user-data-dir={profile}",
        f"--log-net-log={log}",
        "about:blank",
    ]
    theirs_in, to = os.pipe()
    back, theirs_out = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-ISc", _LAUNCH, str(theirs_in), str(theirs_out), *arguments],
        pass_fds=(theirs_in, theirs_out),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield _Pipe(to, back)
        process.wait(_PATIENCE)
    finally:
        os.close(to)
        os.close(back)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(profile, ignore_errors=True)


class _Session:
    """One tab with one page, and what it does."""

    def __init__(self, pipe: _Pipe, address: str) -> None:
        self._pipe = pipe
        self._address = address
        self._arrived = self._loaded = False
        self.requests: list[str] = []
        self.console: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session: str = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable", self._session)
        failed = self._call("Page.navigate", self._session, url=address).get("errorText")
        assert not failed, f"{address}: {failed}"

    def look(self) -> tuple[str, str, str]:
        """Wait until the page is at rest, and return its DOM, text and title."""
        while not self._loaded:
            self._next()
        self._evaluate(f"new Promise(done => setTimeout(done, {_SETTLE_MS}))")
        dom, text, title = self._evaluate(
            "[document.documentElement.outerHTML, document.body?.innerText ?? '', document.title]"
        )
        return dom, text, title

    def _evaluate(self, script: str) -> Any:
        options = {"expression": script, "awaitPromise": True, "returnByValue": True}
        # A page that goes elsewhere takes the answer along; the next page is asked then.
        for _ in range(5):
            with contextlib.suppress(_GoneError):
                return self._call("Runtime.evaluate", self._session, **options)["result"].get(
                    "value"
                )
            time.sleep(0.2)
        msg = f"{self._address}: the page does not come to rest"
        raise AssertionError(msg)

    def _call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        number = self._pipe.send(method, session, **parameters)
        while True:
            message = self._next()
            if message.get("id") == number:
                if "error" in message:
                    raise _GoneError(message["error"]["message"])
                answer: dict[str, Any] = message["result"]
                return answer

    def _next(self) -> dict[str, Any]:
        message = self._pipe.receive()
        assert message is not None, "the browser ended"
        if "method" in message:
            self._note(message["method"], message["params"])
        return message

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Page.frameNavigated":
            self._arrived |= told["frame"]["url"] == self._address
        elif method == "Page.loadEventFired":
            self._loaded = self._arrived  # else it is the blank page's
        elif method == "Network.requestWillBeSent":
            url = told["request"]["url"]
            if url != self._address and not url.startswith(("data:", "about:")):
                self.requests.append(url)
        elif method == "Page.javascriptDialogOpening":
            self.console.append(f"{told['type']}: {told['message']}")
            self._pipe.send("Page.handleJavaScriptDialog", self._session, accept=True)
        elif method == "Runtime.consoleAPICalled":
            said = (str(one.get("value", one.get("description"))) for one in told["args"])
            self.console.append(f"{told['type']}: {' '.join(said)}")
        elif method == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            more = details.get("exception", {}).get("description", "")
            self.console.append(f"exception: {details['text']} {more}")
        elif method == "Log.entryAdded":
            self.console.append(f"{told['entry']['level']}: {told['entry']['text']}")


class _GoneError(Exception):
    """The page that was asked is no longer there."""


def _logged(log: Path) -> Iterator[str]:
    """Yield what a net log says that the page, not the browser, asked for."""
    content = json.loads(log.read_text(encoding="utf-8"))
    kinds = content["constants"]["logEventTypes"]
    job, lookup = kinds["URL_REQUEST_START_JOB"], kinds["HOST_RESOLVER_MANAGER_REQUEST"]
    for event in content["events"]:
        told = event.get("params", {})
        if event["type"] == job and told.get("initiator", "") not in ("", "not an origin"):
            yield told["url"]
        # The key is the page that the lookup is for.
        if event["type"] == lookup and "file:" in told.get("network_anonymization_key", ""):
            yield LOOKUP
