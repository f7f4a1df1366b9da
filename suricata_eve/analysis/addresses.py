"""Addresses as people write them, and as Suricata does."""

from __future__ import annotations

import ipaddress

__all__ = ["ADDRESSES", "spellings"]

ADDRESSES = frozenset({"src_ip", "dest_ip", "client_ip", "server_ip"})
"""Fields that hold one IP address."""


def spellings(address: str) -> list[str]:
    """Return an IP address in the spellings that a log may have.

    Parameters
    ----------
    address : str
        An address in any spelling.

    Returns
    -------
    list of str
        The text itself, the short spelling of RFC 5952, and that of Suricata, which writes
        IPv6 in full; only the text, if it is no address.
    """
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return [address]
    return list(dict.fromkeys([address, parsed.compressed, parsed.exploded]))
