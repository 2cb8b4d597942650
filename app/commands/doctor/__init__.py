"""`switchboard doctor --twilio`: looks at the Twilio account and our own address as Twilio sees it, changes nothing."""
