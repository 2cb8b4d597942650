"""What supervisors and administrators see and do: contacts, agents, queues, skills, calendars, alerts."""
