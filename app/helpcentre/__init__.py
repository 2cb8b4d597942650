"""The help centre: what customers read of the FAQ by themselves, how they find it, and how else to reach us."""
