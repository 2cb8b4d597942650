"""Schema history. Each revision runs one SQL file of `migrations/sql`; files are never edited once released."""
