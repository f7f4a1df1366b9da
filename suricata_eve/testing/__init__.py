"""For tests of code that works on EVE: asserts, and hypothesis strategies.

The asserts need nothing else. :mod:`suricata_eve.testing.strategies` needs hypothesis,
``pip install suricata_eve[testing]``, and is imported on its own.
"""

from __future__ import annotations

from suricata_eve.testing.asserts import assert_equals_json, assert_eve_frame_equal
from suricata_eve.testing.oracle import flatten

__all__ = ["assert_equals_json", "assert_eve_frame_equal", "flatten"]
