import { Globe, Mail, MessageCircle, MessageSquare, Phone, PhoneForwarded, Smartphone } from "lucide-react";

const ICONS: Record<string, typeof Phone> = {
  voice: Phone,
  chat: MessageSquare,
  email: Mail,
  sms: Smartphone,
  messaging: MessageSquare,
  line: MessageCircle,
  whatsapp: MessageCircle,
  callback: PhoneForwarded,
};

/** The picture of a channel. Decorative: the channel's name stands beside it or in the row. */
export function ChannelIcon({ channel, size = 14 }: { channel: string | null; size?: number }) {
  const Icon = ICONS[channel ?? ""] ?? Globe;
  return <Icon size={size} aria-hidden="true" />;
}
