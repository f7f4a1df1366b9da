"""``ddf.eve``: the methods of ``df.eve`` that have a form for frames of many partitions.

Importing this module registers the accessor, its only side effect.
"""

from __future__ import annotations

from typing import NoReturn

import dask.dataframe as dd
import pandas as pd
from dask.dataframe.extensions import register_dataframe_accessor

from suricata_eve.accessor import EveAccessor
from suricata_eve.dask.collecting import to_pandas
from suricata_eve.dask.methods_events import EventMethods
from suricata_eve.dask.methods_flows import FlowMethods

__all__ = ["EveDaskAccessor"]


@register_dataframe_accessor("eve")
class EveDaskAccessor(EventMethods, FlowMethods):
    """Methods for a Dask DataFrame of EVE events, as ``ddf.eve``.

    They have the names, options and results of those of ``df.eve``
    (:class:`suricata_eve.EveAccessor`), and none computes, reads or keeps anything: what they
    return is to be computed. An error about an option or a missing column is raised at once.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Any frame with a column that EVE has.

    Raises
    ------
    NotEveFrameError
        If no column has a name that EVE knows. It is an ``AttributeError``, so that
        ``hasattr(ddf, "eve")`` tells.

    Notes
    -----
    The columns of a Dask DataFrame are known before its values are. So events keep all columns
    of their frame here, and :meth:`to_pandas` leaves those out that turn out to be empty.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import suricata_eve.dask
    >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
    >>> len(ddf.eve.alerts(decoder_events=False).eve.to_pandas())
    832
    """

    def __init__(self, frame: dd.DataFrame) -> None:
        # The same rule, and the same error.
        EveAccessor(frame._meta)  # noqa: SLF001
        self._frame = frame

    def __getattr__(self, name: str) -> NoReturn:
        if not name.startswith("_") and hasattr(EveAccessor, name):
            msg = (
                f"ddf.eve has no {name!r}, which needs all events at once: narrow the frame "
                f"first, and use ddf.eve.to_pandas().eve.{name}"
            )
            raise AttributeError(msg, name=name, obj=self)
        msg = f"{type(self).__name__!r} object has no attribute {name!r}"
        raise AttributeError(msg, name=name, obj=self)

    def to_pandas(self) -> pd.DataFrame:
        """Compute the frame, without the columns that are empty in it.

        Returns
        -------
        DataFrame
            All events, with their index labels, the partitions one after the other. Without
            any event, the core columns and those of ``orient``.

        See Also
        --------
        suricata_eve.EveAccessor : The methods of the result.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> tls = ddf.eve.events("tls").eve.to_pandas()
        >>> tls[["tls.version", "tls.sni"]].dropna().head(2)
            tls.version           tls.sni
        19      TLS 1.2  shop.example.org
        529       TLSv1   www.example.org
        """
        return to_pandas(self._frame)
