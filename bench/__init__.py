"""Measurements: ratios against a bare baseline in the same run, printed, never asserted in a test."""
