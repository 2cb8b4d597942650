"""Channels: how contacts reach the company. A channel knows its carrier and never another channel."""
