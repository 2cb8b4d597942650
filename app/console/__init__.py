"""What the console asks: snapshot, screen-pop, commands."""
