"""What all pictures have in common: where they are drawn, and what they leave alone."""

from __future__ import annotations

import gzip
import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import suricata_eve
from suricata_eve import plot
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.methods.plots import Plots

NAMES = plot.__all__
OPTIONS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("timeline", ("dest_port",), {"top": 3, "freq": "6h"}),
    ("signatures", (), {"top": 3}),
    ("heatmap", ("event_type",), {"top": 3, "freq": "6h"}),
    ("flows", (), {"top": 2}),
    ("graph", ("src_ip", "dest_port"), {"top": 4}),
]


def function(name: str) -> Callable[..., Axes]:
    found: Callable[..., Axes] = getattr(plot, name)
    return found


def drawn(ax: Axes) -> Any:
    """Return the pixels of the figure of some axes, few of them."""
    ax.figure.set_dpi(50)
    ax.figure.canvas.draw()
    return np.asarray(ax.figure.canvas.buffer_rgba()).copy()  # type: ignore[attr-defined]


def test_matplotlib_is_loaded_by_the_first_picture_alone() -> None:
    code = """
import json, sys
import suricata_eve, suricata_eve.plot
df = suricata_eve.load_sample("log4j")
pictures = df.eve.plot
before = "matplotlib" in sys.modules
pictures.signatures()
print(json.dumps([before, "matplotlib" in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == [False, True]


def test_without_matplotlib_the_extra_is_named() -> None:
    code = """
import sys
sys.modules["matplotlib"] = None
import suricata_eve
df = suricata_eve.load_sample("log4j")
for name in suricata_eve.plot.__all__:
    try:
        getattr(df.eve.plot, name)()
    except suricata_eve.MissingDependencyError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    fix = "pip install 'suricata_eve[plot]'"
    message = f"plotting needs matplotlib, which is not installed; {fix}"
    assert done.stdout.splitlines() == [message] * len(NAMES)


def test_there_is_a_method_for_each_function() -> None:
    assert sorted(name for name in vars(Plots) if not name.startswith("_")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_method_takes_what_its_function_takes(name: str) -> None:
    _, *own = inspect.signature(getattr(Plots, name)).parameters.values()
    _, *other = inspect.signature(function(name)).parameters.values()

    assert own == other
    assert own[-1].name == "ax"
    assert all(p.kind is p.KEYWORD_ONLY for p in own if p.name in ("top", "freq", "ax"))


@pytest.mark.parametrize("name", NAMES)
def test_a_method_is_documented_in_full(name: str) -> None:
    text = inspect.getdoc(getattr(Plots, name)) or ""
    parameters = list(inspect.signature(getattr(Plots, name)).parameters)[1:]

    for section in ("Parameters", "Returns", "Raises", "See Also", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text
    assert all(f"\n{parameter} : " in text for parameter in parameters)


def test_the_accessor_gives_pictures_of_its_frame(sample7: pd.DataFrame) -> None:
    pictures = sample7.eve.plot

    assert isinstance(pictures, Plots)
    assert list(vars(pictures)) == ["_frame"]
    assert vars(pictures)["_frame"] is sample7


@pytest.mark.parametrize(("name", "given", "options"), OPTIONS, ids=str)
def test_a_method_draws_what_its_function_draws(
    sample7: pd.DataFrame, name: str, given: tuple[Any, ...], options: dict[str, Any]
) -> None:
    mine = getattr(sample7.eve.plot, name)(*given, **options)
    theirs = function(name)(sample7, *given, **options)

    assert type(mine) is Axes
    assert (drawn(mine) == drawn(theirs)).all()


@pytest.mark.parametrize("name", NAMES)
def test_given_axes_are_drawn_on_and_no_figure_is_made(sample7: pd.DataFrame, name: str) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(14, 5))

    ax = function(name)(sample7, ax=axes[1])

    assert ax is axes[1]
    assert plt.get_fignums() == [figure.number]
    assert not axes[0].has_data()


@pytest.mark.parametrize("name", NAMES)
def test_without_axes_one_figure_is_made(sample7: pd.DataFrame, name: str) -> None:
    ax = function(name)(sample7)

    assert len(plt.get_fignums()) == 1
    assert plt.gcf() is ax.figure
    assert ax.get_title(loc="left")


@pytest.mark.parametrize("name", NAMES)
def test_a_part_of_a_figure_can_be_drawn_on(sample7: pd.DataFrame, name: str) -> None:
    parts: Any = plt.figure(figsize=(16, 6), layout="constrained").subfigures(1, 2)

    ax = function(name)(sample7, ax=parts[1].subplots())

    assert ax.figure is parts[1]
    assert len(plt.get_fignums()) == 1
    ax.figure.canvas.draw()


@pytest.mark.parametrize("name", NAMES)
def test_all_of_several_axes_are_refused(sample7: pd.DataFrame, name: str) -> None:
    axes = plt.subplots(1, 2)[1]

    with pytest.raises(EveTypeError, match="ax is an Axes of matplotlib, not ndarray"):
        function(name)(sample7, ax=axes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("projection", ["polar", "3d", "mollweide"])
def test_axes_of_a_projection_are_refused(
    sample7: pd.DataFrame, name: str, projection: str
) -> None:
    ax = plt.figure().add_subplot(projection=projection)

    with pytest.raises(EveTypeError, match=f"ax has a projection, '{projection}'"):
        function(name)(sample7, ax=ax)


@pytest.mark.parametrize("name", NAMES)
def test_axes_that_show_something_are_refused(sample7: pd.DataFrame, name: str) -> None:
    """Bars of two pictures under one axis would be told wrong by it."""
    ax = function(name)(sample7)
    texts = len(ax.texts)

    with pytest.raises(EveOptionError, match=r"ax shows something already; .* ax\.clear\(\)"):
        function(name)(sample7, ax=ax)

    assert len(ax.texts) == texts
    ax.clear()
    assert function(name)(sample7, ax=ax) is ax


@pytest.mark.parametrize("name", NAMES)
def test_the_frame_is_not_changed(sample7: pd.DataFrame, name: str) -> None:
    before = sample7.copy(deep=True)

    function(name)(sample7)

    pd.testing.assert_frame_equal(sample7, before)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("style", ["default", "dark_background", "ggplot", "grayscale"])
def test_a_style_of_the_user_is_kept(sample7: pd.DataFrame, name: str, style: str) -> None:
    with plt.style.context(style):
        ax = function(name)(sample7)
        drawn(ax)

        assert ax.figure.get_facecolor() == plt.matplotlib.colors.to_rgba(  # type: ignore[attr-defined]
            plt.rcParams["figure.facecolor"]
        )


@pytest.fixture(scope="module")
def others(sample7: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The sample in other forms."""
    path = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz")
    with resources.as_file(path) as file:
        nullable = suricata_eve.read_eve(file, dtype_backend="numpy_nullable")
        lines = gzip.decompress(file.read_bytes()).splitlines()
    plain = pd.json_normalize([json.loads(line) for line in lines])
    order = np.random.default_rng(7).permutation(len(sample7))
    return {
        "nullable": nullable,
        "normalized": suricata_eve.normalize_types(plain),
        "shuffled": sample7.iloc[order].set_index(np.zeros(len(sample7), int)),
        "chunks": pd.concat([sample7.iloc[:100], sample7.iloc[100:5000], sample7.iloc[5000:]]),
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_the_same_whatever_the_frame_is_made_of(
    sample7: pd.DataFrame, others: dict[str, pd.DataFrame], name: str
) -> None:
    pixels = drawn(function(name)(sample7))

    same = {form: (drawn(function(name)(other)) == pixels).all() for form, other in others.items()}

    assert same == dict.fromkeys(others, True)


@pytest.mark.parametrize("name", NAMES)
def test_a_frame_without_events_gives_a_picture_that_says_so(
    sample7: pd.DataFrame, name: str
) -> None:
    for frame in (sample7.head(0), suricata_eve.read_eve([])):
        ax = function(name)(frame)
        drawn(ax)

        (text,) = ax.texts
        assert text.get_text().startswith("no ")


@pytest.mark.parametrize("name", NAMES)
def test_one_event_can_be_drawn(sample7: pd.DataFrame, name: str) -> None:
    for kind in ("alert", "flow", "http", "stats"):
        drawn(function(name)(sample7[sample7["event_type"] == kind].head(1)))
        plt.close("all")


def test_corpora_can_be_drawn(corpus_files: list[Any]) -> None:
    for file in corpus_files:
        events = suricata_eve.read_eve(file, on_bad_lines="skip")
        for name in NAMES:
            drawn(function(name)(events))
        plt.close("all")


@pytest.mark.parametrize("name", NAMES)
def test_a_million_events_can_be_drawn(sample7: pd.DataFrame, name: str) -> None:
    """Of only those columns that a picture reads, so that the frame is made in a moment."""
    columns = [
        *("timestamp", "event_type", "flow_id", "app_proto", "alert.signature"),
        *("src_ip", "src_port", "dest_ip", "dest_port", "direction", "alert.severity"),
        *("flow.src_ip", "flow.src_port", "flow.alerted"),
        *("flow.bytes_toserver", "flow.bytes_toclient", "flow.start", "proto"),
    ]
    few = sample7[columns]
    copies = -(-1_000_000 // len(few))
    many = pd.concat([few] * copies, ignore_index=True)
    shift = np.repeat(np.arange(copies), len(few)) * pd.Timedelta("72h")
    many["timestamp"] = many["timestamp"] + pd.Series(shift).astype("duration[us][pyarrow]")
    many["flow.bytes_toserver"] += pd.Series(np.arange(len(many)) % 50_000, dtype="int64[pyarrow]")

    ax = function(name)(many)
    drawn(ax)

    assert len(many) >= 1_000_000
    assert ax.has_data()
