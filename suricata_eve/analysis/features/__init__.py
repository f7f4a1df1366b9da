"""Numbers about each value of a field, ready for machine learning.

:mod:`~suricata_eve.analysis.features.membership` tells which events count to which value,
:mod:`~suricata_eve.analysis.features.groups` adds up what they contribute, and the other
modules say what that is. What is added up is exact and does not depend on the order of events;
means and shares are made of it last.
"""

from __future__ import annotations

from suricata_eve.analysis.features.table import FEATURES, features

__all__ = ["FEATURES", "features"]
