"""The pages of the help centre."""
