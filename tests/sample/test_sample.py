"""The files that ship with the package can be read, and are what their description says."""

from __future__ import annotations

import pytest

import suricata_eve


def test_the_log4j_sample_is_what_its_description_says() -> None:
    df = suricata_eve.load_sample("log4j")
    counts = df["event_type"].value_counts()

    assert len(df) == 9722
    assert counts["alert"] == 863
    assert counts["flow"] == 1800
    assert df.attrs["eve"]["bad_lines"] == 0


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    message = r"^there is no sample 'log4shell'; choose one of: 'log4j', 'office'$"
    with pytest.raises(suricata_eve.EveOptionError, match=message):
        suricata_eve.load_sample("log4shell")
