"""Numbers of IP protocols by the names that events have for them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

__all__ = ["protocol_numbers"]

# By number from 0, as IANA's registry of protocol numbers and Suricata's util-proto-name.c
# have them; "-" where no name tells one number.
_NAMES = """
HOPOPT ICMP IGMP GGP IP-in-IP ST TCP CBT EGP IGP BBN-RCC-MON NVP-II PUP ARGUS EMCON XNET CHAOS
UDP MUX DCN-MEAS HMP PRM XNS-IDP TRUNK-1 TRUNK-2 LEAF-1 LEAF-2 RDP IRTP ISO-TP4 NETBLT MFE-NSP
MERIT-INP DCCP 3PC IDPR XTP DDP IDPR-CMTP TP++ IL IPv6 SDRP IPv6-Route IPv6-Frag IDRP RSVP GRE DSR
BNA ESP AH I-NLSP SwIPe NARP MOBILE TLSP SKIP IPv6-ICMP IPv6-NoNxt IPv6-Opts - CFTP - SAT-EXPAK
KRYPTOLAN RVD IPPC - SAT-MON VISA IPCU CPNX CPHB WSN PVP BR-SAT-MON SUN-ND WB-MON WB-EXPAK ISO-IP
VMTP SECURE-VMTP VINES TTP NSFNET-IGP DGP TCF EIGRP OSPF Sprite-RPC LARP MTP AX.25 OS MICP SCC-SP
ETHERIP ENCAP - GMTP IFMP PNNI PIM ARIS SCPS QNX A/N IPComp SNP Compaq-Peer IPX-in-IP VRRP PGM -
L2TP DDX IATP STP SRP UTI SMP SM PTP IS-IS FIRE CRTP CRUDP SSCOPMCE IPLT SPS PIPE SCTP FC
RSVP-E2E-IGNORE Mobility UDPLite MPLS-in-IP manet HIP Shim6 WESP ROHC Ethernet
"""
_NUMBERS = {name.lower(): number for number, name in enumerate(_NAMES.split()) if name != "-"}
# What other programs call them.
_NUMBERS |= {"icmpv6": 58, "icmp6": 58, "ipip": 4, "ipencap": 4, "ospfigp": 89}


def protocol_numbers(names: pa.Array) -> np.ndarray:
    """Return the numbers of IP protocols.

    Parameters
    ----------
    names : pyarrow.Array
        Names in any case, or numbers as text.

    Returns
    -------
    numpy.ndarray of int64
        The numbers; -1 for what is no protocol.
    """
    return np.array([_number(name) for name in names.to_pylist()], np.int64)


def _number(name: str | None) -> int:
    if name is None:
        return -1
    if len(name) <= 3 and name.isascii() and name.isdigit() and int(name) < 256:
        return int(name)
    return _NUMBERS.get(name.lower(), -1)
