"""The engine through its line adapter and under the simulator of staffing; no database."""
