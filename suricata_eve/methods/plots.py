"""Pictures as methods of ``df.eve.plot``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import plot

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Pictures", "Plots"]


class Plots:
    """The pictures of a frame, as ``df.eve.plot``.

    Each method is one call of the function of the same name in :mod:`suricata_eve.plot`. It
    draws with matplotlib, ``pip install 'suricata_eve[plot]'``, on axes that it is given or on
    a new figure, and returns the axes. It changes neither the frame nor matplotlib's settings.
    In a figure of your own, ``layout="constrained"`` gives long names their room.

    Parameters
    ----------
    frame : DataFrame
        Events.

    Examples
    --------
    >>> import suricata_eve
    >>> df = suricata_eve.load_sample("log4j")
    >>> df.eve.plot.timeline().get_xlabel().splitlines()[0]
    'time (UTC), 2022-01-01 to 2022-01-03'
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def timeline(
        self,
        by: str = "event_type",
        *,
        top: int = 8,
        freq: str | dt.timedelta | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw how many events there are over time, stacked by the values of a field.

        Parameters
        ----------
        by : str, default "event_type"
            A field, also one that ``orient`` tells, such as ``"client_ip"``. An event counts
            for each value of a list.
        top : int, default 8
            How many of its values have a colour of their own, from 1 to 15; the others are
            grey.
        freq : str or timedelta, optional
            How wide a bin is, such as ``"30min"``. By default what suits the span, from a
            millisecond to ten years; the vertical axis says it.
        ax : matplotlib.axes.Axes, optional
            Empty ones to draw on; by default those of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            The picture, its time in UTC.

        Raises
        ------
        EveOptionError
            If ``top`` is out of its range, ``freq`` no width or one of too many bins, or
            ``ax`` shows something.
        EveTypeError
            If an option is of another type.
        MissingColumnError
            If the frame has no ``timestamp``, or neither it nor EVE has such a field.
        MissingDependencyError
            If matplotlib is not installed.

        See Also
        --------
        Plots.heatmap : A row for each value.
        EveAccessor.timeline : What happened in a flow, as a table.
        suricata_eve.plot.timeline : The function behind this method.

        Notes
        -----
        Below the axis stands what is not drawn: events of the types ``stats`` and ``engine``,
        which carry the time of Suricata's machine, unless there is nothing else; events that
        lack the field; and up to 5 % of the events, if nothing happened between them and the
        others for more than a day and more than ten times as long as the time in which the
        others are, as after a clock that was wrong.

        Names are drawn as they are, dollars and all, with escapes for control characters
        and for those that the font lacks, and cut in their middle. A legend is beside the
        axes, or inside where a figure has no layout or little room.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> df.eve.plot.timeline().get_ylabel()
        'events per hour'
        >>> alerts = df.eve.alerts()
        >>> alerts.eve.plot.timeline("alert.severity", freq="6h").get_ylabel()
        'events per 6 h'
        """
        return plot.timeline(self._frame, by, top=top, freq=freq, ax=ax)

    def signatures(self, *, top: int = 20, ax: Axes | None = None) -> Axes:
        """Draw the most frequent signatures of alerts, coloured by severity.

        Parameters
        ----------
        top : int, default 20
            How many signatures to show, from 1 to 60.
        ax : matplotlib.axes.Axes, optional
            Empty ones to draw on; by default those of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            The picture: a bar each, beside it how many alerts and of how many clients. A
            frame without alerts gives one that says so.

        Raises
        ------
        EveOptionError
            If ``top`` is out of its range, or ``ax`` shows something.
        EveTypeError
            If an option is of another type.
        MissingColumnError
            If the frame has no ``event_type``.
        MissingDependencyError
            If matplotlib is not installed.

        See Also
        --------
        EveAccessor.group_summary : The same as a table, by any field.
        suricata_eve.plot.signatures : The function behind this method.

        Notes
        -----
        Of a signature that alerts with several severities, the colour is that of the most
        severe; all above 3 are grey. Below the axis stands how many alerts are not drawn.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> ax = df.eve.plot.signatures(top=5)
        >>> [int(bar.get_width()) for bar in ax.patches]
        [203, 87, 85, 76, 59]
        """
        return plot.signatures(self._frame, top=top, ax=ax)

    def heatmap(
        self,
        by: str = "client_ip",
        *,
        top: int = 20,
        freq: str | dt.timedelta | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw when the most frequent values of a field were there, a row each.

        Beacons are dotted lines, scans dark spots, office hours bands.

        Parameters
        ----------
        by : str, default "client_ip"
            A field, also one that ``orient`` tells. An event counts for each value of a
            list.
        top : int, default 20
            How many of its values to show, from 1 to 60.
        freq : str or timedelta, optional
            How wide a bin is, such as ``"30min"``; by default what suits the span.
        ax : matplotlib.axes.Axes, optional
            Empty ones to draw on; by default those of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            The picture: time in UTC to the right, the number of events as colour, on a
            logarithmic scale; the colour bar is an ``Axes`` of its own in the same figure.

        Raises
        ------
        EveOptionError
            If ``top`` is out of its range, ``freq`` no width or one of too many bins, or
            ``ax`` shows something.
        EveTypeError
            If an option is of another type.
        MissingColumnError
            If the frame has no ``timestamp``, or neither it nor EVE has such a field.
        MissingDependencyError
            If matplotlib is not installed.

        See Also
        --------
        Plots.timeline : The numbers as heights; its notes say which events are not drawn.
        suricata_eve.plot.heatmap : The function behind this method.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> ax = df.eve.plot.heatmap("dest_port", top=3, freq="1D")
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['80', '53', '22']
        """
        return plot.heatmap(self._frame, by, top=top, freq=freq, ax=ax)

    def flows(self, *, top: int = 7, ax: Axes | None = None) -> Axes:
        """Draw flows as points: bytes to the client over bytes to the server.

        Parameters
        ----------
        top : int, default 7
            How many application protocols have a colour of their own, from 1 to 12.
        ax : matplotlib.axes.Axes, optional
            Empty ones to draw on; by default those of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            The picture, on logarithmic scales, none at all in a lane of its own. A frame
            without ``flow`` events gives one that says so.

        Raises
        ------
        EveOptionError
            If ``top`` is out of its range, or ``ax`` shows something.
        EveTypeError
            If an option is of another type.
        MissingColumnError
            If the frame has no ``event_type``.
        MissingDependencyError
            If matplotlib is not installed.

        See Also
        --------
        EveAccessor.flows : The same flows as a table.
        suricata_eve.plot.flows : The function behind this method.

        Notes
        -----
        Flows of the same bytes, protocol and ``flow.alerted`` are one point, the larger the
        more they are; in steps of 6 %, if there are more than 20,000 places. Those with an
        alert have a ring. Uploads lie low and to the right, scans in the lane of
        zero.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> ax = df.eve.plot.flows()
        >>> [text.get_text() for text in ax.get_legend().get_texts()][:4]
        ['http', 'dns', 'ssh', 'tls']
        """
        return plot.flows(self._frame, top=top, ax=ax)

    def graph(
        self,
        source: str = "client_ip",
        target: str = "server_ip",
        *,
        top: int = 15,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw who talks to whom: sources on the left, targets on the right.

        Parameters
        ----------
        source : str, default "client_ip"
            The field on the left, also one that ``orient`` tells.
        target : str, default "server_ip"
            The field on the right.
        top : int, default 15
            How many values of each to name, from 1 to 40; the others are gathered.
        ax : matplotlib.axes.Axes, optional
            Empty ones to draw on; by default those of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            The picture: a line for each pair, the wider the more events, on a logarithmic
            scale, and of another colour if an alert is among them.

        Raises
        ------
        EveOptionError
            If ``top`` is out of its range, or ``ax`` shows something.
        EveTypeError
            If an option is of another type, or a field holds objects.
        MissingColumnError
            If the frame has no ``event_type`` or ``timestamp``, or neither it nor EVE has
            such a field.
        MissingDependencyError
            If matplotlib is not installed.

        See Also
        --------
        EveAccessor.edges : The same as a table.
        suricata_eve.plot.graph : The function behind this method.

        Notes
        -----
        Of fields of lists, each value of one meets each of the other. Below stands how many
        events lack a field, if neither is of lists.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> ax = df.eve.plot.graph("client_ip", "tls.sni", top=3)
        >>> ax.get_title(loc="left")
        'Events by client_ip and tls.sni'
        """
        return plot.graph(self._frame, source, target, top=top, ax=ax)


class Pictures:
    """A property of :class:`suricata_eve.accessor.EveAccessor`, which inherits it."""

    _frame: pd.DataFrame

    @property
    def plot(self) -> Plots:
        """Pictures of the events: ``timeline``, ``signatures``, ``heatmap``, ``flows``, ``graph``.

        Returns
        -------
        Plots
            The methods.

        See Also
        --------
        suricata_eve.plot : The functions behind them.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> df.eve.plot.signatures(top=3).get_title(loc="left")
        'Top 3 signatures'
        """
        return Plots(self._frame)
