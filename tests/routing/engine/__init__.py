"""Tests of the pure routing engine: rules by name, replay against a second router, chance."""
