"""The method of ``df.eve`` that writes a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import reports

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import pandas as pd

__all__ = ["Reports"]


class Reports:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        title: str = "Incident report",
        csv: bool = True,
        max_rows: int = 1000,
    ) -> tuple[Path, ...]:
        r"""Write the events as a page of HTML for colleagues, and a CSV beside it with every row.

        Parameters
        ----------
        path : str or path
            Where to write the page: a name that ends in ``.html`` or ``.htm``. A file there
            is replaced.
        title : str, default "Incident report"
            What the page is called.
        csv : bool, default True
            Whether to write the CSV, under the same name with the ending ``.csv``. The CSV
            of an earlier report is replaced, any other file is not.
        max_rows : int, default 1000
            How many rows of each table the page shows; the CSV has all.

        Returns
        -------
        tuple of pathlib.Path
            The files that were written, the page first. Each appears under its name once it
            is complete.

        Raises
        ------
        MissingColumnError
            If the frame has no ``event_type`` or no ``timestamp``.
        EveOptionError
            If the name has another ending, ``max_rows`` is negative, or a file is in the
            CSV's place that no earlier report wrote.
        EveTypeError
            If `path` is no path, `title` no text, `csv` neither True nor False, or
            `max_rows` no integer.
        OSError
            If the folder is not there, or as ``open`` raises it.

        See Also
        --------
        EveAccessor.by_flow : All events of some flows, which a report is mostly about.
        EveAccessor.to_json : The events themselves, for programs.
        suricata_eve.report : The function behind this method.

        Notes
        -----
        The page shows alerts over time, then tables: alerts by signature, what was tried
        (decoded), indicators, every alert, every payload, flows, and the timeline of the
        flows with alerts. It is one file that loads nothing and has no script, and can be
        read on a phone, in the dark and on paper. The same events give the same bytes.

        What a log holds is written by attackers. In the page it is only ever text: no link
        is made of it, and characters that a screen could act on are shown as escapes, such
        as ``\u202e``. Long values are cut, with their length.

        The CSV has a row per item; ``section`` says what it is: ``signature``, ``attempt``,
        ``indicator``, ``alert``, ``payload``, ``flow`` or ``timeline``. The other columns are
        the same for all, empty where they do not apply. Times are in ISO 8601, UTC, to the
        microsecond. The same escapes are in it, and

        - text that a spreadsheet could take for a formula, or that begins with ``'``, has a
          ``'`` in front, and so has each ``flow_id``, as Excel rounds integers of more than
          15 digits: ``str.removeprefix("'")`` takes it off;
        - a ``'`` also stands before what could be a formula behind a ``;``, where Excel in
          many countries begins a new cell;
        - text of more than 16,000 characters is cut and ends with an ellipsis, as a cell in
          Excel holds 32,767 at most; Excel shows 1,048,576 rows;
        - it begins with a byte order mark, for Excel: Python's ``csv`` wants
          ``encoding="utf-8-sig"``. pandas needs nothing, but takes texts such as ``NA``
          and ``null`` for missing values unless it is told
          ``keep_default_na=False, na_values=[""]``.

        Examples
        --------
        >>> import tempfile
        >>> import pandas as pd
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> log4j = df.eve.by_flow(df.eve.alerts(signature="(?i)log4j"))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = log4j.eve.report(f"{folder}/log4j.html", title="Log4Shell")
        ...     rows = pd.read_csv(written[1])
        >>> [path.name for path in written]
        ['log4j.html', 'log4j.csv']
        >>> rows["section"].value_counts()[["alert", "flow", "attempt"]].to_dict()
        {'alert': 175, 'flow': 86, 'attempt': 19}
        """
        return reports.report(self._frame, path, title=title, csv=csv, max_rows=max_rows)
