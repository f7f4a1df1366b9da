"""Pictures of EVE events, drawn with matplotlib: what the methods of ``df.eve.plot`` do.

Matplotlib is only loaded by the first picture.
"""

from __future__ import annotations

from suricata_eve.plot.flows import flows
from suricata_eve.plot.graph import graph
from suricata_eve.plot.heatmap import heatmap
from suricata_eve.plot.signatures import signatures
from suricata_eve.plot.timeline import timeline

__all__ = ["flows", "graph", "heatmap", "signatures", "timeline"]
