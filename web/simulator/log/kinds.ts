// The picture of each kind of line.
import {
  ArrowLeftRight,
  Ear,
  FileCode2,
  ListOrdered,
  type LucideIcon,
  MessageSquareText,
  Phone,
  Terminal,
  TriangleAlert,
  Users,
} from "lucide-react";
import type { EntryKind } from "../journal/entry.ts";

export const KIND_PICTURES: Readonly<Record<EntryKind, LucideIcon>> = {
  webhook: ArrowLeftRight,
  instruction: FileCode2,
  hears: Ear,
  rest: Terminal,
  call: Phone,
  queue: ListOrdered,
  conference: Users,
  message: MessageSquareText,
  error: TriangleAlert,
};
