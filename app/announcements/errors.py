"""Why an announcement cannot be changed so."""

from app.core.errors import Conflict


class AnnouncementInUse(Conflict):
    """Callers hear it; the detail names where."""

    code = "announcement_in_use"
    title = "The announcement is in use"
