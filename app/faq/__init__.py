"""Articles (FAQ entries): writing, publishing, searching, and the log of how they are used."""
