"""The voice channel: telephone calls over Twilio's protocol."""
