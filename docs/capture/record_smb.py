"""Record the SMB conversations of the capture: impacket's client talks to impacket's server.

Both run on this machine, with a proxy between them that notes every message. The names of user,
workstation and target are placeholders, which `smb.py` replaces by names of the same length.
"""

from __future__ import annotations

import base64
import gzip
import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bodies import program, report_text
from impacket.dcerpc.v5 import scmr, srvs, transport
from impacket.dcerpc.v5.rpcrt import DCERPCServer
from impacket.ntlm import compute_lmhash, compute_nthash
from impacket.smb3 import SMB3
from impacket.smbconnection import SessionError, SMBConnection
from impacket.smbserver import SimpleSMBServer

USER, HOST, TARGET = "xuser", "WS-XXXXX", "10.20.1.99"
FILE_SERVER, DOMAIN, PASSWORD = "dc1", "FERNHILL", "not-a-secret"
PROXY_PORT, SERVER_PORT = 14460, 14461
FILES = {
    "plan-2026.docx": 9_000,
    "budget-q1.xlsx": 6_500,
    "minutes-02.docx": 5_200,
    "price-list.xlsx": 7_100,
    "holiday-rota.xlsx": 3_300,
    "contract-draft.docx": 8_200,
    "logo.png": 4_100,
    "handbook.pdf": 12_000,
}


class ServiceControl(DCERPCServer):
    """As much of the service control manager as starting a service takes."""

    def __init__(self) -> None:
        super().__init__()
        calls = {
            15: self.open_manager,
            12: self.create_service,
            19: self.start_service,
            2: self.delete_service,
            0: self.close_handle,
        }
        name = ("367ABB81-9844-35F1-AD32-98F038001003", "2.0")
        self.addCallbacks(name, "\\PIPE\\svcctl", calls)

    def open_manager(self, _data: bytes) -> scmr.ROpenSCManagerWResponse:
        answer = scmr.ROpenSCManagerWResponse()
        answer["lpScHandle"] = b"\x01" * 20
        answer["ErrorCode"] = 0
        return answer

    def create_service(self, _data: bytes) -> scmr.RCreateServiceWResponse:
        answer = scmr.RCreateServiceWResponse()
        answer["lpdwTagId"] = scmr.NULL
        answer["lpServiceHandle"] = b"\x02" * 20
        answer["ErrorCode"] = 0
        return answer

    def start_service(self, _data: bytes) -> scmr.RStartServiceWResponse:
        answer = scmr.RStartServiceWResponse()
        answer["ErrorCode"] = 0
        return answer

    def delete_service(self, _data: bytes) -> scmr.RDeleteServiceResponse:
        answer = scmr.RDeleteServiceResponse()
        answer["ErrorCode"] = 0
        return answer

    def close_handle(self, _data: bytes) -> scmr.RCloseServiceHandleResponse:
        answer = scmr.RCloseServiceHandleResponse()
        answer["hSCObject"] = b"\x00" * 20
        answer["ErrorCode"] = 0
        return answer


class Proxy:
    """Passes messages on, and notes them with the milliseconds since the first one."""

    def __init__(self) -> None:
        self.messages: list[tuple[float, bool, bytes]] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", PROXY_PORT))
        threading.Thread(target=self._accept, daemon=True).start()

    def taken(self) -> list[list[object]]:
        """Return what was noted since the last call, as JSON can hold it."""
        time.sleep(0.3)
        with self._lock:
            noted, self.messages = self.messages, []
        return [
            [round((when - noted[0][0]) * 1000), "up" if up else "down", _text(data)]
            for when, up, data in noted
        ]

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(("127.0.0.1", SERVER_PORT))
            for one, other, up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(one, other, up), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, up: bool) -> None:  # noqa: FBT001
        waiting = b""
        with suppress(OSError):
            while data := one.recv(65536):
                waiting += data
                while len(waiting) >= 4:  # each message stands behind its length
                    end = 4 + int.from_bytes(waiting[1:4])
                    if len(waiting) < end:
                        break
                    with self._lock:
                        self.messages.append((time.monotonic(), up, waiting[:end]))
                    waiting = waiting[end:]
                other.sendall(data)
        for side in (one, other):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def connect(server: str, *, password: str = PASSWORD) -> SMBConnection:
    """Log in through the proxy, under the placeholders' names."""
    link = SMBConnection(server, "127.0.0.1", myName=HOST, sess_port=PROXY_PORT)
    inner = link.getSMBServer()
    if isinstance(inner, SMB3):
        inner._Connection["ServerName"] = server  # noqa: SLF001 (the name in `\\server\share`)
        inner._Connection["ServerIP"] = server  # noqa: SLF001
        inner._Connection["RequireSigning"] = True  # noqa: SLF001 (logs in as Windows does)
    link.login(USER, password, DOMAIN)
    return link


def read_file(name: str) -> None:
    link = connect(FILE_SERVER)
    link.listPath("documents", "*")
    link.getFile("documents", name, lambda _data: None)
    link.logoff()


def write_file(name: str) -> None:
    link = connect(FILE_SERVER)
    parts = [report_text(f"{name} changed", FILES[name]), b""]
    link.putFile("documents", name, lambda _size: parts.pop(0))
    link.logoff()


def missing_file() -> None:
    link = connect(FILE_SERVER)
    with suppress(SessionError):
        link.getFile("documents", "budget-q2.xlsx", lambda _data: None)
    link.logoff()


def mistyped_password() -> None:
    with suppress(SessionError):
        connect(FILE_SERVER, password="not-it")  # noqa: S106


def list_shares() -> None:
    link = connect(FILE_SERVER)
    pipe = transport.SMBTransport(FILE_SERVER, filename=r"\srvsvc", smb_connection=link)
    calls = pipe.get_dce_rpc()
    calls.connect()
    calls.bind(srvs.MSRPC_UUID_SRVS)
    srvs.hNetrShareEnum(calls, 1)
    calls.disconnect()
    link.logoff()


def push() -> None:
    link = connect(TARGET)
    parts = [program(), b""]
    link.putFile("ADMIN$", "fhsvc.exe", lambda _size: parts.pop(0))
    pipe = transport.SMBTransport(TARGET, filename=r"\svcctl", smb_connection=link)
    calls = pipe.get_dce_rpc()
    calls.connect()
    calls.bind(scmr.MSRPC_UUID_SCMR)
    manager = scmr.hROpenSCManagerW(calls)["lpScHandle"]
    path = r"%systemroot%\fhsvc.exe"
    service = scmr.hRCreateServiceW(calls, manager, "fhsvc\0", "fhsvc\0", lpBinaryPathName=path)
    handle = service["lpServiceHandle"]
    scmr.hRStartServiceW(calls, handle)
    time.sleep(0.5)
    scmr.hRDeleteService(calls, handle)
    scmr.hRCloseServiceHandle(calls, handle)
    scmr.hRCloseServiceHandle(calls, manager)
    calls.disconnect()
    link.logoff()


def refused() -> None:
    with suppress(SessionError):
        connect(TARGET, password="not-it")  # noqa: S106


def start_server(folder: Path) -> None:
    """Serve the shares `documents` and `ADMIN$` from a folder."""
    for share in ("documents", "admin"):
        (folder / share).mkdir()
    for name, size in FILES.items():
        (folder / "documents" / name).write_bytes(report_text(name, size))
    server = SimpleSMBServer("127.0.0.1", SERVER_PORT)
    server.addShare("documents", str(folder / "documents"))
    server.addShare("ADMIN$", str(folder / "admin"))
    server.setSMB2Support(True)
    server.getServer().daemon_threads = True
    server.addCredential(USER, 0, compute_lmhash(PASSWORD), compute_nthash(PASSWORD))
    services = ServiceControl()
    services.daemon = True
    services.start()
    server.registerNamedPipe("svcctl", ("127.0.0.1", services.getListenPort()))
    threading.Thread(target=server.start, daemon=True).start()
    time.sleep(1)


def main(target: str) -> None:
    kinds: dict[str, Callable[[], None]] = {}
    for name in FILES:
        kinds[f"read {name}"] = lambda name=name: read_file(name)
    for name in list(FILES)[:5]:
        kinds[f"write {name}"] = lambda name=name: write_file(name)
    kinds |= {"missing file": missing_file, "mistyped password": mistyped_password}
    kinds |= {"list shares": list_shares, "push": push, "refused": refused}
    with tempfile.TemporaryDirectory() as folder:
        start_server(Path(folder))
        proxy = Proxy()
        noted = {}
        for name, kind in kinds.items():
            kind()
            noted[name] = proxy.taken()
    text = json.dumps(noted, separators=(",", ":")).encode()
    Path(target).write_bytes(gzip.compress(text, 9, mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
