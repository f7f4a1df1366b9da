"""A server on this machine that has nothing, and keeps what it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["listener"]


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """Listen on a port of this machine while the block runs.

    Yields
    ------
    tuple of int and list of str
        The port, and the paths that were asked for until now.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield httpd.server_port, asked
        httpd.shutdown()
