"""Ways to have the events of an EVE file in memory: this package's, and those of its peers.

A way imports what it needs when it runs, so that one can be measured without the others.
What each of the peers is asked for is the fastest that it offers for the task: text where it
need not be a time, the rows as the library holds them itself.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ALERTS", "COLUMNS", "WHOLE", "Way", "rows_of"]

COLUMNS = ["timestamp", "src_ip", "dest_ip", "alert.signature"]


def rows_of(result: Any) -> dict[str, int]:
    """Return how many events a result holds; a number is such a number itself."""
    return {"rows": result if isinstance(result, int) else len(result)}


class Way(NamedTuple):
    """One way to read a file.

    Attributes
    ----------
    title : str
        Its name in the table.
    modules : tuple of str
        What is imported before the clock starts.
    run : callable
        Given the path, returns what was read.
    target : float or None
        How many times as long as this package it should take at least.
    facts : callable
        Given what was read, returns numbers that describe it; not on the clock.
    """

    title: str
    modules: tuple[str, ...]
    run: Callable[[str], object]
    target: float | None = None
    facts: Callable[[Any], dict[str, int]] = rows_of


def _read_eve(path: str) -> object:
    import suricata_eve

    return suricata_eve.read_eve(path)


def _json_normalize(path: str) -> object:
    import pandas as pd

    with Path(path).open("rb") as lines:
        return pd.json_normalize([json.loads(line) for line in lines])


def _orjson_normalize(path: str) -> object:
    import orjson
    import pandas as pd

    with Path(path).open("rb") as lines:
        return pd.json_normalize([orjson.loads(line) for line in lines])


def _pandas_read_json(path: str) -> object:
    import pandas as pd

    return pd.read_json(path, lines=True)


def _polars(path: str) -> object:
    """Infer the schema from all lines: a field first seen after those it looks at is dropped."""
    import polars as pl

    return pl.read_ndjson(path, infer_schema_length=None)


def _duckdb(path: str) -> object:
    """Fetch by ``execute``, which was faster here than ``duckdb.sql``, whatever its warning."""
    import duckdb

    query = (
        "select * from read_json(?, format='newline_delimited', sample_size=-1,"
        " maximum_object_size=67108864)"
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Arrow output on a DB-API result")
        return duckdb.execute(query, [path]).to_arrow_table()


def _orjson_only(path: str) -> object:
    import orjson

    with Path(path).open("rb") as lines:
        return sum(1 for line in lines if orjson.loads(line))


WHOLE: dict[str, Way] = {
    "suricata_eve": Way("`suricata_eve.read_eve`, flattened", ("suricata_eve",), _read_eve),
    "json": Way("`json.loads` + `pd.json_normalize`", ("pandas",), _json_normalize, 25),
    "orjson-normalize": Way(
        "`orjson.loads` + `pd.json_normalize`", ("pandas", "orjson"), _orjson_normalize
    ),
    "pandas": Way("`pd.read_json(lines=True)`, not flattened", ("pandas",), _pandas_read_json),
    "polars": Way("`polars.read_ndjson`, nested, not flattened", ("polars",), _polars, 4),
    "duckdb": Way("`duckdb` `read_json`, nested, not flattened", ("duckdb", "pyarrow"), _duckdb, 4),
    "orjson": Way("`orjson.loads` of every line, nothing kept", ("orjson",), _orjson_only),
}
"""The whole file. The first way is what the others are compared with."""


def _alerts_eve(path: str) -> object:
    import suricata_eve

    return suricata_eve.read_eve(path, event_types="alert", columns=COLUMNS)


def _alerts_eve_arrow(path: str) -> object:
    import suricata_eve

    return suricata_eve.scan_eve(path, event_types="alert", columns=COLUMNS).to_arrow()


def _alerts_polars(path: str) -> Any:
    import polars as pl

    schema: dict[str, Any] = {
        **dict.fromkeys(["timestamp", "event_type", "src_ip", "dest_ip"], pl.String),
        "alert": pl.Struct({"signature": pl.String}),
    }
    signature = pl.col("alert").struct.field("signature").alias("alert.signature")
    return (
        pl.scan_ndjson(path, schema=schema)
        .filter(pl.col("event_type") == "alert")
        .select("timestamp", "src_ip", "dest_ip", signature)
        .collect()
    )


def _alerts_polars_pandas(path: str) -> object:
    return _alerts_polars(path).to_pandas(use_pyarrow_extension_array=True)


def _alerts_duckdb_query(path: str) -> Any:
    import duckdb

    # With the path as a parameter the rows would be fetched twice, into Python and out of it.
    source = path.replace("'", "''")
    query = f"""
        select timestamp, src_ip, dest_ip, alert.signature as "alert.signature"
        from read_json('{source}', format='newline_delimited', columns={{
            timestamp: 'VARCHAR', event_type: 'VARCHAR', src_ip: 'VARCHAR', dest_ip: 'VARCHAR',
            alert: 'STRUCT(signature VARCHAR)'}})
        where event_type = 'alert'"""  # noqa: S608
    return duckdb.sql(query)


def _alerts_duckdb(path: str) -> object:
    return _alerts_duckdb_query(path).to_arrow_table()


def _alerts_duckdb_pandas(path: str) -> object:
    return _alerts_duckdb_query(path).df()


_EVE = ("suricata_eve",)

ALERTS: dict[str, Way] = {
    "alerts-suricata_eve": Way("`suricata_eve.read_eve`, to pandas", _EVE, _alerts_eve),
    "alerts-suricata_eve-arrow": Way(
        "`suricata_eve.scan_eve(...).to_arrow()`", _EVE, _alerts_eve_arrow
    ),
    "alerts-polars": Way(
        "`polars.scan_ndjson`, schema by hand, times as text", ("polars",), _alerts_polars, 1
    ),
    "alerts-polars-pandas": Way(
        "the same, to pandas", ("polars", "pandas", "pyarrow"), _alerts_polars_pandas
    ),
    "alerts-duckdb": Way(
        "`duckdb` `read_json`, columns by hand, times as text, to Arrow",
        ("duckdb", "pyarrow"),
        _alerts_duckdb,
        2,
    ),
    "alerts-duckdb-pandas": Way(
        "the same, to pandas", ("duckdb", "pandas", "pyarrow"), _alerts_duckdb_pandas
    ),
}
"""Four columns of the alerts. The first way is what the others are compared with."""
