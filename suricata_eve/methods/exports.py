"""Methods of ``df.eve`` that write files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve.writer import to_json

if TYPE_CHECKING:
    import pandas as pd

    from suricata_eve.output.targets import Compression, Target
    from suricata_eve.writer import NonFiniteNumbers

__all__ = ["Exports"]


class Exports:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def to_json(
        self,
        path: Target,
        *,
        compression: Compression | None = "infer",
        non_finite: NonFiniteNumbers = "keep",
    ) -> None:
        """Write the events as EVE: one JSON object a line, nested, in index order.

        ``read_eve`` of what is written gives the same frame, its lines numbered anew.

        Parameters
        ----------
        path : str, path or binary file object
            Where to write. A file appears under its name, or replaces the one there, once
            it is complete; a file object is left open.
        compression : {"infer", "gzip", "bz2", "xz", "zstd", "lz4"}, optional
            How to compress. By default by the ending of the path (``.gz``, ``.bz2``,
            ``.xz``, ``.zst``, ``.lz4``); None for not at all.
        non_finite : {"keep", "drop"}, default "keep"
            Whether NaN and infinities are written as ``NaN`` and ``1e999``, which strict
            parsers refuse; or left out, and are ``null`` in lists. A missing value is
            neither, and Suricata writes none.

        Raises
        ------
        EveTypeError
            If a column holds what JSON has no text for, such as bytes or durations, or
            has a name that is not text; or if `path` is neither a path nor a binary file.
        EveOptionError
            If an option is not one of its choices, or the path ends like an archive's.
        OSError
            As ``open`` raises it.

        Warns
        -----
        EveWarning
            If NaN or infinities were written, with their number.

        See Also
        --------
        suricata_eve.read_eve : Reads what this writes.
        suricata_eve.to_json : The function behind this method.

        Notes
        -----
        A missing value is an absent key, and an object without values is absent too. Dotted
        columns become objects within each other; only in an event that has both ``tls.ja4``
        and ``tls.ja4.hash`` the second is written with a dotted key, which ``read_eve`` reads
        alike. Times are written in UTC, as Suricata writes them.

        Not the same when read again are: columns without any value, of which nothing tells;
        NaN and infinities that were dropped; and what ``read_eve`` would not have given,
        such as text in a column of integers. Give a frame that came another way to
        :meth:`~suricata_eve.EveAccessor.normalize_types` first: ports are ``443.0`` in many.

        Examples
        --------
        >>> import io
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> file = io.BytesIO()  # or a path: "alerts.json.gz"
        >>> df.eve.alerts(decoder_events=False).eve.to_json(file)
        >>> len(suricata_eve.read_eve(io.BytesIO(file.getvalue())))
        832
        """
        to_json(self._frame, path, compression=compression, non_finite=non_finite)
