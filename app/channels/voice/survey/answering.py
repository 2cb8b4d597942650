"""The caller's keys after the question. Source: https://www.twilio.com/docs/voice/twiml/gather (an empty result is
sent because of actionOnEmptyResult)."""

from datetime import datetime
from uuid import UUID

from app.channels.twilio.signature import Form
from app.channels.voice import twiml
from app.channels.voice.inbound import call_sid_of, check_call
from app.channels.voice.survey import life
from app.channels.voice.urls import UrlFor, VoiceUrls
from app.contacts import repository as contact_rows
from app.core.db import Database
from app.core.settings import Settings
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Prompt

MAX_TRIES = 2


def question(language: str, url: UrlFor, nth: int = 1) -> str:
    """The document that asks, for the first or the second time."""
    locale = Locale(language)
    words = message("survey.ask" if nth == 1 else "survey.again", locale)
    return twiml.survey_document((Prompt(words, locale),), url=url(twiml.SURVEY_PATH, n=str(nth)))


class SurveyAnswers:
    """Answers the webhook of the survey's Gather."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._urls = VoiceUrls(settings.public_base_url)

    async def reply(self, form: Form, contact_id: UUID, nth: int | None) -> str:
        """A key, or none: thanks, the question once more, or goodbye. Repeated, it changes nothing. Raises
        UnknownCall."""
        async with self._database.transaction() as tx:
            await check_call(tx, contact_id, call_sid_of(form))
            contact = await contact_rows.get_for_update(tx, contact_id)
            now: datetime = await tx.fetchval("select switchboard_now()")
            await life.began(tx, contact_id, now)  # the key proves it when the answer to our order is late
            digits = form.get("Digits", "")
            locale = Locale(contact.language)
            if digits in life.SCORES:
                await life.answered(tx, contact, int(digits))
                return twiml.goodbye_document((Prompt(message("survey.thanks", locale), locale),))
            if (nth or 1) < MAX_TRIES:
                return question(contact.language, self._urls.of_contact(contact_id), (nth or 1) + 1)
            await life.unanswered(tx, contact)
        return twiml.goodbye_document((Prompt(message("survey.goodbye", locale), locale),))
