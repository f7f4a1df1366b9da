"""Say what a decoded text is: a command, a link, credentials, JSON, text or bytes.

The rules prefer to miss: a text is a command only if it looks like nothing else. They
read the first 4,096 characters, with expressions that cannot backtrack far.
"""

from __future__ import annotations

import json
import re
from typing import Literal

__all__ = ["Content", "classify"]

Content = Literal["command", "link", "credentials", "json", "text", "binary"]

_READ = 4_096

# Where a shell expects a command, and what may stand between.
_AT = (
    r"(?:^|[;&|\n`]|\$\(|^\(|[|&;] ?\()[ \t]{0,8}"
    r"(?:(?:sudo|nohup|exec|setsid|time|start /b|call) {1,4}){0,2}"
    r"(?:@|(?:/usr)?(?:/local)?/s?bin/|[a-z]:\\windows\\system32\\)?"
)
# Programs whose names are no words of a language, with any argument.
_PROGRAM = (
    r"curl|wget|ncat|nc|netcat|socat|telnet|tftp|ftpget|bash|zsh|ksh|csh|sh|busybox|pwsh|"
    r"powershell|cmd|certutil|bitsadmin|mshta|regsvr32|rundll32|msiexec|cscript|wscript|wmic|"
    r"schtasks|tasklist|taskkill|vssadmin|whoami|nslookup|ifconfig|ipconfig|netstat|chmod|chown|"
    r"chattr|crontab|systemctl|pkill|killall|mkfifo|mkdir|rmdir|useradd|adduser|passwd|iptables|"
    r"apt-get|base64|openssl|python[23]?(?:\.\d{1,2})?|uname|setenforce|ldconfig|dpkg|traceroute|"
    r"iex|invoke-expression|invoke-webrequest|iwr|start-process|new-object|set-mppreference"
)
# Programs that are words too: an option, a path, a variable, an address, a quote must follow.
_WORD = (
    r"cat|cd|cp|echo|env|export|find|grep|head|id|java|kill|less|ls|more|mv|node|perl|php|ping|"
    r"ps|rm|ruby|scp|sed|ssh|tail|tar|tee|test|touch|type|dig|host|awk|xargs|unset|alias|source|"
    r"eval|sleep|printf|del|copy|dir|net|reg|sc|at|su|mount|git|yum|apk|apt|pip|docker|kubectl|"
    r"gcc|make|read|set|unzip|gunzip|gzip|md|ren|attrib|history|last|df|du|dd|ln|hostname|date"
)
_ARGUMENT = (
    r"[ \t]{1,8}(?:-{1,2}\w|/|\./|\.\./|~|\$|[\"'<>]|\w{2,8}://|\d{1,3}\.\d{1,3}\.|[a-z]:\\|\*)"
)
_ALONE = (
    r"id|ls|ll|pwd|ps|env|set|dir|whoami|uname|hostname|ifconfig|ipconfig|netstat|systeminfo|tasklist|"
    r"calc(?:\.exe)?|notepad(?:\.exe)?|reboot|shutdown|date|uptime|df|bash|sh"
)
_COMMANDS = (
    re.compile(
        rf"{_AT}(?:{_PROGRAM})(?:\.exe)?(?=[ \t;|&<>\n)`]|$)[ \t]{{0,8}}[^\s]", re.IGNORECASE
    ),
    re.compile(rf"{_AT}(?:{_WORD}){_ARGUMENT}", re.IGNORECASE),
    re.compile(
        rf"\A\s{{0,8}}(?:{_ALONE})(?:[ \t]{{1,4}}-[\w-]{{1,16}}){{0,4}}\s{{0,8}}\Z", re.IGNORECASE
    ),
    re.compile(rf"\A(?:{_ALONE})[ \t]{{0,4}}(?:[;|>]|&&)", re.IGNORECASE),
    re.compile(r"\Aecho [\w.:-]{1,64}\Z"),
)
# What only a script or a command line holds, anywhere in it.
_SIGNS_OF_SCRIPTS = (
    r"\A\s{0,4}#!/|<\?php\b|<%@ ?page|<jsp:",
    r"/dev/(?:tcp|udp)/\d|/bin/(?:ba|da|z|k|c)?sh\b|\| ?(?:/bin/)?(?:ba|da|z|k)?sh\b",
    r">{1,2} {0,4}(?:/dev/null|/tmp/)|2>&1|\bbase64 (?:-d|--decode)\b",
    r"\$\((?:curl|wget|id|whoami|cat|printf|echo)\b|\bcmd(?:\.exe)?[\"']? {1,4}/[ckr]\b",
    r"powershell(?:\.exe)? {1,4}-|-e(?:nc|ncodedcommand)? {1,4}[a-z0-9+/]{20}",
    r"\bIEX\b {0,4}[($]|\binvoke-expression\b|frombase64string\(",
    r"\bnew-object {1,4}(?:system\.)?(?:net|io)\.|\.download(?:string|file|data)\(",
    r"\bWScript\.Shell\b|\bActiveXObject\(|\bgetRuntime\(\)\.exec\(|\bProcessBuilder\(",
    r"\bT\(java\.lang\.|\bos\.(?:system|popen|execl?)\(|\bsubprocess\.|\bpty\.spawn\(",
    r"\bimport (?:os|socket|subprocess|pty)\b|\bsocket\.socket\(",
    r"\b(?:exec|eval|system|passthru|shell_exec|popen|assert|__import__)\([\"'$\w]",
)
_SIGNS = re.compile("|".join(_SIGNS_OF_SCRIPTS), re.IGNORECASE)

_LINK = re.compile(
    r"\A(?:[a-z][a-z0-9+.-]{1,15}://|www\.[a-z0-9-]{1,63}\.)[^\s]{1,}\Z", re.IGNORECASE
)
_CREDENTIALS = re.compile(r"\A[\w.@\\+-]{1,64}:(?![/\s\\])[^\n:/]{1,64}\Z")
_NUMBERS = re.compile(r"[\d:.-]{1,}")
_JSON_OBJECT = re.compile(r"\A\s{0,16}\{\s{0,16}(?:\"|\})")
_JSON_LIST = re.compile(r"\A\s{0,16}\[")
# Escape sequences and punctuation make up little of what people write.
_WRITTEN = re.compile(r"[\w\s.,;:!?/@=&%+()-]")
_LETTERS = re.compile(r"[^\W\d_]")


def classify(text: str | None, *, basic: bool = False) -> Content:
    """Say what a decoded text is.

    Parameters
    ----------
    text : str or None
        The text, None for bytes that are no text.
    basic : bool, default False
        Whether it was sent as HTTP basic credentials.

    Returns
    -------
    {"command", "link", "credentials", "json", "text", "binary"}
        ``command`` is a command line or a script of any language, ``text`` what a person
        or a program wrote, ``binary`` what nobody did, though all of it may be printable.

    Examples
    --------
    >>> from suricata_eve.analysis.contents import classify
    >>> [classify(text) for text in ("wget http://192.0.2.1/x.sh", "find me a pretty flower")]
    ['command', 'text']
    """
    if text is None:
        return "binary"
    head = text[:_READ]
    if _SIGNS.search(head):
        return "command"
    if _is_json(text, head):
        return "json"
    if any(command.search(head) for command in _COMMANDS):
        return "command"
    if _LINK.match(head):
        return "link"
    if basic and ":" in head:
        return "credentials"
    if _CREDENTIALS.match(head) and not _NUMBERS.fullmatch(head):
        return "credentials"
    written = len(_WRITTEN.findall(head))
    letters = len(_LETTERS.findall(head))
    readable = written * 5 >= len(head) * 4 and letters * 2 >= len(head)
    return "text" if readable else "binary"


def _is_json(text: str, head: str) -> bool:
    if _JSON_OBJECT.match(head):
        return True
    if not _JSON_LIST.match(head) or len(text) > 65_536:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
