"""Parquet datasets of events that grow with their logs: one writer, any reader."""
