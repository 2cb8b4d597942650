"""What each kind of command asks of the carrier, when it still fits, and what its outcome means for the call."""
