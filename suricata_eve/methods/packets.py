"""Methods of ``df.eve`` for what Wireshark opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve.pcap import to_pcap

if TYPE_CHECKING:
    import pandas as pd

    from suricata_eve.output.targets import Compression, Target
    from suricata_eve.pcap import CaptureFormat, Duplicates

__all__ = ["Packets"]


class Packets:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def to_pcap(
        self,
        path: Target,
        *,
        format: CaptureFormat = "infer",  # noqa: A002 -- as pandas calls it
        duplicates: Duplicates = "drop",
        linktype: int | None = None,
        compression: Compression | None = "infer",
    ) -> None:
        """Write the packets of the events as a pcap or pcapng file, in the order of time.

        Suricata logs the packet that raised an alert with ``packet: yes``, and those that
        rules tag. Wireshark and tshark open both formats. Headers that Suricata made up to
        end a stream are no packets (``pkt_src`` is ``stream ...``), and not written.

        Parameters
        ----------
        path : str, path or binary file object
            Where to write. A file appears under its name, or replaces the one there, once
            it is complete; a file object is left open.
        format : {"infer", "pcap", "pcapng"}, default "infer"
            By default pcapng if the path ends in ``.pcapng`` (also before the ending of a
            compression), else pcap. A pcapng file holds packets of several link types, and
            which alerts a packet raised, as comments on it. A pcap file holds packets of one
            link type, for all that reads captures, such as Suricata itself.
        duplicates : {"drop", "keep"}, default "drop"
            Whether a packet that several events hold is written once, or for each event.
            The same packet are the same bytes at the same microsecond.
        linktype : int, optional
            The link type of packets whose event has no ``packet_info.linktype``, as files
            number it: 1 is Ethernet. By default such packets are left out.
        compression : {"infer", "gzip", "bz2", "xz", "zstd", "lz4"}, optional
            How to compress. By default by the ending of the path (``.gz``, ``.bz2``,
            ``.xz``, ``.zst``, ``.lz4``); None for not at all. Wireshark opens ``.gz``.

        Raises
        ------
        MissingColumnError
            If there is no column ``packet`` or ``timestamp``.
        EveValueError
            If there is no packet to write; or if those for a pcap file are of several link
            types, with the number of each.
        EveOptionError
            If an option is not one of its choices, or the path ends like an archive's.
        EveTypeError
            If a column holds something else than EVE has there; or if `path` is neither a
            path nor a binary file.
        OSError
            As ``open`` raises it.

        Warns
        -----
        EveWarning
            If packets were left out, with their number and an example for each reason: what
            is not Base64; no link type or no time; a time before 1970, or one after 2106 in a
            pcap file; more than 262,144 bytes, where Wireshark and libpcap stop reading.

        See Also
        --------
        EveAccessor.alerts : Alerts to take the packets of.
        EveAccessor.by_flow : All events of the flows of some alerts, with their packets.
        EveAccessor.to_json : The events themselves.
        suricata_eve.to_pcap : The function behind this method.

        Notes
        -----
        A capture of what was logged, not of the traffic. Alerts on what TCP carries come when
        the receiver has acknowledged it, so that their packet often is that acknowledgement,
        with nothing in it; what was sent is in ``payload`` and the events of the protocol.

        Link types are numbered as in https://www.tcpdump.org/linktypes.html. Where Suricata
        logs the number of its platform for raw IP, 12 or 14, files have 101; in a pcap file
        IPv4 (228) and IPv6 (229) are 101 too if it has several of these. No byte of a packet
        is changed. A packet inside a tunnel is raw IP to Suricata whatever it starts with, so
        that Wireshark shows only the bytes of Ethernet frames from GRE or VXLAN.

        A file of several link types is for Wireshark: libpcap, with tcpdump and Suricata,
        reads pcapng files of one only.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> folder = Path(tempfile.mkdtemp())  # or where you keep the case
        >>> df.eve.to_pcap(folder / "alerts.pcapng")
        >>> log4j = df.eve.by_flow(df.eve.alerts(signature="Log4j"))
        >>> log4j.eve.to_pcap(folder / "log4j.pcap")
        >>> (folder / "log4j.pcap").read_bytes()[:4].hex()
        'd4c3b2a1'
        """
        to_pcap(
            self._frame,
            path,
            format=format,
            duplicates=duplicates,
            linktype=linktype,
            compression=compression,
        )
