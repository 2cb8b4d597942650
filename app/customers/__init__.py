"""Who is on the other side: phone addresses, identification, profiles and identities."""
