"""Announcements and music of a site's own: uploaded sounds or words, where they are heard, emergencies."""
