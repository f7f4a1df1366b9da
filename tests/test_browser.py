"""What looks at pages for other tests must see it when one comes alive."""

from __future__ import annotations

from pathlib import Path

from browser import LOOKUP, Visitor
from listener import listener


def test_a_still_page_says_what_a_person_reads_and_does_nothing(visit: Visitor) -> None:
    seen = visit(
        "<!doctype html><title>Night</title><p>a &lt;b&gt; <span hidden>not this</span>ü</p>"
        "<style>p { color: red }</style>"
        "<img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
    )

    assert seen.title == "Night"
    assert seen.text == "a <b> ü"
    assert seen.requests == []
    assert seen.console == []


def test_a_script_that_runs_is_seen(visit: Visitor) -> None:
    seen = visit(
        "<title>before</title><p>quiet</p>"
        "<script>document.title = 'after'; console.log('said', 1); alert('shown')</script>"
        "<img src=x onerror='document.body.append(\" alive\")'>"
        "<a id=a href='javascript:document.body.append(\" clicked\")'>x</a>"
        "<script>a.click(); setTimeout(() => { throw Error('late') }, 100)</script>"
    )

    assert seen.title == "after"
    assert "alive" in seen.text
    assert "clicked" in seen.text
    assert "log: said 1" in seen.console
    assert "alert: shown" in seen.console
    assert any(said.startswith("exception") and "late" in said for said in seen.console)
    assert "alive" in seen.dom
    assert any(url.endswith("/x") for url in seen.requests)  # a file beside the page


def test_what_is_fetched_is_seen(visit: Visitor) -> None:
    with listener() as (port, asked):
        address = f"http://127.0.0.1:{port}"
        seen = visit(
            f"<img src='{address}/image'><link rel=stylesheet href='{address}/style'>"
            f"<iframe src='{address}/frame'></iframe><script>fetch('{address}/fetch')</script>"
        )

    assert sorted(asked) == ["/fetch", "/frame", "/image", "/style"]
    assert {f"{address}{path}" for path in asked} <= set(seen.requests)


def test_names_that_are_looked_up_ahead_are_seen(visit: Visitor) -> None:
    """No request goes to them, yet the look-up tells their owner that the page was opened."""
    seen = visit("<link rel=dns-prefetch href='https://ahead.invalid'><p>quiet</p>")

    assert seen.requests == [LOOKUP]
    assert seen.text == "quiet"


def test_a_page_that_leads_elsewhere_is_seen(visit: Visitor) -> None:
    with listener() as (port, asked):
        address = f"http://127.0.0.1:{port}"
        seen = visit(f"<meta http-equiv=refresh content='0; url={address}/away'>")

    assert asked == ["/away"]
    assert f"{address}/away" in seen.requests


def test_what_a_policy_refuses_is_said(visit: Visitor) -> None:
    with listener() as (port, asked):
        address = f"http://127.0.0.1:{port}"
        seen = visit(
            "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
            f"<script>document.title = 'alive'</script><img src='{address}/image'><p>quiet</p>"
        )

    assert asked == []
    assert seen.title == ""
    assert seen.text == "quiet"
    assert any("Content Security Policy" in said for said in seen.console)


def test_a_file_is_opened_where_it_is(visit: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "a report of 50 % & more.html"
    file.write_text("<meta charset=utf-8><p>“read”", encoding="utf-8")

    assert visit(file).text == "“read”"
