"""The list of routers; nothing else."""

from fastapi import APIRouter

from app.agents.endpoints import router as agents
from app.channels.voice.endpoints import router as softphone
from app.console.endpoints import router as console
from app.faq.endpoints import faq_router
from app.selfservice.masking import mask

api = APIRouter(prefix="/api/v1")
for router in (agents, console, faq_router(mask), softphone):
    api.include_router(router)
