"""Tests of the simulated phone network; a small scripted product is its peer."""
