"""Which order carries out which kind of command."""

from collections.abc import Mapping
from types import MappingProxyType

from app.channels.voice.commands import CommandKind
from app.channels.voice.orders.base import Order
from app.channels.voice.orders.callback import CallCustomer
from app.channels.voice.orders.customer import EndCall, Hold, MoveCustomer, Resume, ReturnToQueue
from app.channels.voice.orders.dial_out import DialCustomer
from app.channels.voice.orders.farewell import SayGoodbye
from app.channels.voice.orders.legs import CreateAgentLeg, EndLeg
from app.channels.voice.orders.parties import CreateGuestLeg, CreateSupervisorLeg, SetParty
from app.channels.voice.orders.phones import DismissLeg
from app.channels.voice.orders.recording import (
    PauseRecording,
    ResumeRecording,
    StartRecording,
    StopRecording,
)
from app.channels.voice.orders.survey import AskSurvey
from app.channels.voice.orders.voicemail import TakeMessage

ORDERS: Mapping[CommandKind, Order] = MappingProxyType(
    {
        CommandKind.CALL_CUSTOMER: CallCustomer(),
        CommandKind.DIAL_CUSTOMER: DialCustomer(),
        CommandKind.CREATE_AGENT_LEG: CreateAgentLeg(),
        CommandKind.CREATE_GUEST_LEG: CreateGuestLeg(),
        CommandKind.CREATE_SUPERVISOR_LEG: CreateSupervisorLeg(),
        CommandKind.SET_PARTY: SetParty(),
        CommandKind.END_LEG: EndLeg(),
        CommandKind.DISMISS_LEG: DismissLeg(),
        CommandKind.MOVE_CUSTOMER: MoveCustomer(),
        CommandKind.RETURN_TO_QUEUE: ReturnToQueue(),
        CommandKind.SAY_GOODBYE: SayGoodbye(),
        CommandKind.HOLD: Hold(),
        CommandKind.RESUME: Resume(),
        CommandKind.END_CALL: EndCall(),
        CommandKind.START_RECORDING: StartRecording(),
        CommandKind.PAUSE_RECORDING: PauseRecording(),
        CommandKind.RESUME_RECORDING: ResumeRecording(),
        CommandKind.ASK_SURVEY: AskSurvey(),
        CommandKind.TAKE_MESSAGE: TakeMessage(),
        CommandKind.STOP_RECORDING: StopRecording(),
    }
)
