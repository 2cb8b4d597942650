"""The kinds of alert that routing and the channels raise (`app/core/alerts.py` keeps them)."""

CONTACTS_UNSERVABLE = "contacts_unservable"  # subject: queue and skills
CONTACT_SET_ASIDE = "contact_set_aside"  # subject: the contact, whose offer or overflow fails with an error
NODE_LOST = "node_lost"  # subject: the node
LOW_SCORE = "low_score"  # subject: the contact whose customer gave a low score
RECORDING_LOST = "recording_lost"  # subject: the recording whose sound could not be fetched
COMMAND_FAILED = "command_failed"  # subject: the contact whose channel refused a command for good
DIAL_LIMIT = "dial_limit"  # subject: the day and which share of its calls is used up
CALLS_TOO_OFTEN = "calls_too_often"  # subject: the number that is not let through for now
