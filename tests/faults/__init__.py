"""Faults on purpose, many times from a seed: real processes, a real PostgreSQL, a floor at work, and a ledger."""
