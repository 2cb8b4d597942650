"""Compact tables made from the OpenAPI document, and the script that makes them."""
