import {
  ArrowUpDown,
  BellOff,
  BellRing,
  BookOpen,
  CircleCheck,
  ClipboardCheck,
  Disc,
  Grid3x3,
  Hourglass,
  Mail,
  MessageCircleQuestion,
  MessageSquare,
  MoveRight,
  NotebookPen,
  Pause,
  PhoneCall,
  PhoneForwarded,
  PhoneIncoming,
  PhoneMissed,
  PhoneOff,
  Play,
  Send,
  Star,
  ThumbsDown,
  ThumbsUp,
  TimerOff,
  Undo2,
  UserCheck,
  UserX,
  Voicemail,
  Volume2,
} from "lucide-react";
import type { TouchpointView } from "../../shared/api/index.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";

const ICONS: Record<string, typeof PhoneOff> = {
  "contact.queued": Hourglass,
  "contact.connected": PhoneCall,
  "contact.requeued": Undo2,
  "contact.abandoned": PhoneMissed,
  "contact.expired": TimerOff,
  "contact.ended": PhoneOff,
  "contact.closed": CircleCheck,
  "menu.chosen": Grid3x3,
  "question.asked": MessageCircleQuestion,
  "faq.answered": BookOpen,
  "faq.helped": ThumbsUp,
  "faq.not_helped": ThumbsDown,
  "announcement.played": Volume2,
  "offer.made": BellRing,
  "offer.accepted": PhoneIncoming,
  "offer.rejected": BellOff,
  "offer.timed_out": BellOff,
  "offer.withdrawn": BellOff,
  "offer.ended": BellOff,
  "call.connected": PhoneCall,
  "call.held": Pause,
  "call.resumed": Play,
  "agent.dropped": PhoneOff,
  "wrap_up.started": ClipboardCheck,
  "wrap_up.completed": ClipboardCheck,
  "callback.requested": Hourglass,
  "callback.dialled": PhoneCall,
  "callback.missed": PhoneMissed,
  "call.dialled": PhoneCall,
  "call.not_reached": PhoneMissed,
  "callback.reached": PhoneIncoming,
  "callback.settled": CircleCheck,
  "callback.failed": PhoneMissed,
  "callback.cancelled": PhoneOff,
  "customer.confirmed": UserCheck,
  "customer.rejected": UserX,
  "chat.message": MessageSquare,
  "email.received": Mail,
  "email.sent": Send,
  "note.added": NotebookPen,
  "contact.moved": MoveRight,
  "contact.assigned": UserCheck,
  "contact.unassigned": Undo2,
  "contact.reprioritised": ArrowUpDown,
  "contact.taken_back": Undo2,
  "contact.diverted": MoveRight,
  "contact.transferred": PhoneForwarded,
  "consult.started": PhoneForwarded,
  "recording.started": Disc,
  "recording.paused": Pause,
  "recording.resumed": Disc,
  "recording.ended": Disc,
  "voicemail.left": Voicemail,
  "voicemail.heard": Voicemail,
  "survey.asked": Star,
  "survey.answered": Star,
  "survey.unanswered": Star,
  "message.received": MessageSquare,
  "message.sent": Send,
  "messaging.opted_out": BellOff,
  "messaging.opted_in": BellRing,
};

const TONES: Record<string, Tone> = {
  "faq.helped": "good",
  "faq.not_helped": "bad",
  "contact.abandoned": "bad",
  "contact.expired": "bad",
  "offer.timed_out": "bad",
  "agent.dropped": "bad",
  "callback.missed": "bad",
  "callback.failed": "bad",
};

/** How a line is coloured: by what it means for the customer, else by who did it. */
export type Tone = TouchpointView["actor"] | "good" | "bad";

/** The colour of a line's icon. */
export function toneOf(line: TouchpointView): Tone {
  return TONES[line.kind] ?? line.actor;
}

/** The picture of what happened; the words beside it say the same. */
export function LineIcon({ line }: { line: TouchpointView }) {
  const Icon = ICONS[line.kind];
  return Icon ? <Icon size={14} aria-hidden="true" /> : <ChannelIcon channel={line.channel} />;
}
