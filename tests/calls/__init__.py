"""Whole calls on virtual time: the product and the phone network in one process, every family of faults."""
