"""What voice and messaging share of Twilio: webhook signatures and the REST client."""
