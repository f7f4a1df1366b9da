"""Pure functions from a frame of events to a frame: what the methods of ``df.eve`` do."""

from __future__ import annotations

from suricata_eve.analysis.alerts import alerts
from suricata_eve.analysis.communityid import community_id
from suricata_eve.analysis.edges import edges
from suricata_eve.analysis.events import events
from suricata_eve.analysis.features import features
from suricata_eve.analysis.flow_events import by_flow
from suricata_eve.analysis.inventory import fields
from suricata_eve.analysis.iocs.table import indicators
from suricata_eve.analysis.orientation import orient, orientation
from suricata_eve.analysis.payloads import payloads
from suricata_eve.analysis.ports import unexpected_ports
from suricata_eve.analysis.related import related
from suricata_eve.analysis.summary import group_summary
from suricata_eve.analysis.timeline import timeline
from suricata_eve.analysis.uniqueness import new_values, rare, unique
from suricata_eve.analysis.views.dns import dns
from suricata_eve.analysis.views.files import files
from suricata_eve.analysis.views.flows import flows
from suricata_eve.analysis.views.http import http
from suricata_eve.analysis.views.smb import smb
from suricata_eve.analysis.views.ssh import ssh
from suricata_eve.analysis.views.stats import stats
from suricata_eve.analysis.views.tls import tls

__all__ = [
    "alerts",
    "by_flow",
    "community_id",
    "dns",
    "edges",
    "events",
    "features",
    "fields",
    "files",
    "flows",
    "group_summary",
    "http",
    "indicators",
    "new_values",
    "orient",
    "orientation",
    "payloads",
    "rare",
    "related",
    "smb",
    "ssh",
    "stats",
    "timeline",
    "tls",
    "unexpected_ports",
    "unique",
]
