"""The list of routers; nothing else."""

from fastapi import APIRouter

from app.agents.endpoints import router as agents
from app.announcements.emergency_endpoints import router as emergencies
from app.announcements.endpoints import router as announcements
from app.channels.chat.block_endpoints import router as chat_blocks
from app.channels.chat.endpoints import router as chat
from app.channels.chat.key_endpoints import router as widget_keys
from app.channels.chat.request_endpoints import router as chat_requests
from app.channels.voice.blocking_endpoints import router as blocked_callers
from app.channels.voice.control_endpoints import router as call_controls
from app.channels.voice.dial_endpoints import router as dial
from app.channels.voice.endpoints import router as softphone
from app.channels.voice.reach_endpoints import router as agent_telephones
from app.channels.voice.recording.endpoints import router as recordings
from app.channels.voice.supervision_endpoints import router as call_supervision
from app.channels.voice.survey.endpoints import router as surveys
from app.channels.voice.voicemail.endpoints import router as voicemails
from app.console.callback_endpoints import router as callbacks
from app.console.canned_endpoints import router as canned_replies
from app.console.endpoints import router as console
from app.console.message_endpoints import router as messages
from app.faq.answering_endpoints import router as answering
from app.faq.article_endpoints import router as articles
from app.faq.editing_endpoints import editing_router
from app.faq.endpoints import faq_router
from app.faq.exchange_endpoints import router as article_files
from app.faq.learning_endpoints import router as faq_learning
from app.faq.synonym_endpoints import router as synonyms
from app.faq.totals_endpoints import router as faq_totals
from app.faq.upkeep_endpoints import router as faq_upkeep
from app.helpcentre.markdown import to_html
from app.selfservice.masking import mask
from app.supervision.agent_endpoints import router as supervised_agents
from app.supervision.alert_endpoints import router as alerts
from app.supervision.calendar_endpoints import router as calendars
from app.supervision.contact_endpoints import router as supervised_contacts
from app.supervision.floor_endpoints import router as floor
from app.supervision.flow_endpoints import router as flows
from app.supervision.number_endpoints import router as numbers
from app.supervision.queue_endpoints import router as queues
from app.supervision.routing_endpoints import router as routing_views
from app.supervision.topic_endpoints import router as topics

api = APIRouter(prefix="/api/v1")
for router in (
    agents,
    console,
    callbacks,
    messages,
    chat_requests,  # before the paths that begin with a key
    chat,
    widget_keys,
    chat_blocks,
    canned_replies,
    faq_router(mask),
    articles,
    article_files,
    editing_router(to_html),
    faq_learning,
    faq_upkeep,
    faq_totals,
    synonyms,
    answering,
    softphone,
    recordings,
    voicemails,
    surveys,
    announcements,
    emergencies,
    blocked_callers,
    call_controls,
    call_supervision,
    dial,
    agent_telephones,
    floor,
    supervised_contacts,
    supervised_agents,
    calendars,
    queues,
    numbers,
    flows,
    topics,
    alerts,
    routing_views,
):
    api.include_router(router)
