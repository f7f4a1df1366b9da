"""Methods of ``df.eve`` that tell who talks to whom, and which events belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis

if TYPE_CHECKING:
    import pandas as pd

    from suricata_eve.analysis.flow_events import Flows

__all__ = ["Identity"]


class Identity:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def by_flow(self, flows: Flows = None) -> pd.DataFrame:
        """Return all events of some flows, flow by flow in time order.

        Parameters
        ----------
        flows : int, iterable of int, Series, Index, array, boolean mask or DataFrame, optional
            Which flows: IDs, or a boolean mask of events whose flows are meant, or a
            frame with the column ``flow_id``, such as what :meth:`alerts` returns. A
            mask that is a Series is aligned by its index, and may be one of some of the
            events only. Missing IDs are ignored. Without it, every flow.

        Returns
        -------
        DataFrame
            The events, without the columns that are empty in them, sorted by flow, then
            time, then place in the file. Events without a flow are never among them.

        Raises
        ------
        EveTypeError
            If ``flows`` is none of these.
        EveValueError
            If an ID is a float that is not whole or not below 2**53, as such floats
            stand for several integers; or if a mask does not fit the frame.
        MissingColumnError
            If the frame has no ``flow_id`` or no ``timestamp``.

        See Also
        --------
        EveAccessor.alerts : Alerts, whose flows are mostly what one wants.
        suricata_eve.analysis.by_flow : The function behind this method.

        Notes
        -----
        Flow IDs are not unique for ever: Suricata makes them of the flow's start and its
        addresses, so that they can come again in long logs, or on another sensor.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> flows = df.eve.by_flow(df.eve.alerts(sid=9000021))
        >>> flows["event_type"].value_counts().to_dict()
        {'alert': 4, 'netflow': 2, 'http': 1, 'fileinfo': 1, 'flow': 1}
        """
        return analysis.by_flow(self._frame, flows)
