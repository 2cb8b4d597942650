"""SMS and WhatsApp by the carrier's Programmable Messaging: text in, text out, files in."""
