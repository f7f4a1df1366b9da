"""Tidy tables of one protocol each, the same whatever release of Suricata wrote the log."""
