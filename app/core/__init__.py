"""No domain words: settings, database, clock, streams, events, jobs, permissions, audit, errors."""
