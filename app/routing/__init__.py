"""Routing: which contact goes to which agent. The pure engine never does input or output."""
