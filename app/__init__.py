"""Switchboard: a call-centre CTI and omnichannel contact service."""
