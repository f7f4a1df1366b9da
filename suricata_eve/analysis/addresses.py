"""Addresses as people write them, and as Suricata does."""

from __future__ import annotations

import ipaddress

__all__ = ["is_address_field", "spellings"]


def is_address_field(field: str) -> bool:
    """Tell by its name whether a field holds IP addresses.

    Parameters
    ----------
    field : str
        Such as ``"src_ip"`` or ``"alert.source.ip"``.

    Returns
    -------
    bool
        Whether it does.
    """
    return field.endswith(("_ip", ".ip"))


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
        IPv6 in full; nothing, if it is no address.
    """
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return []
    return list(dict.fromkeys([address, parsed.compressed, parsed.exploded]))
