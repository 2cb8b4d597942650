import { UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { initials } from "../format.ts";
import css from "./Avatar.module.css";

const TONES = [css.tone0, css.tone1, css.tone2, css.tone3];

function toneOf(name: string): string | undefined {
  const sum = [...name].reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7);
  return TONES[sum % TONES.length];
}

interface AvatarProps {
  /** Null for somebody we do not know. */
  name: string | null;
  size?: "small" | "normal" | "large";
  /** A small picture on the corner, for example the channel. */
  badge?: ReactNode;
}

/** A round picture of initials. Decorative: the name stands beside it. */
export function Avatar({ name, size = "normal", badge }: AvatarProps) {
  const letters = name && initials(name);
  const tone = letters && name ? toneOf(name) : css.unknown;
  return (
    <span aria-hidden="true" className={[css.avatar, size !== "normal" && css[size], tone].filter(Boolean).join(" ")}>
      {letters ?? <UserRound size={size === "small" ? 14 : 18} />}
      {badge && <span className={css.badge}>{badge}</span>}
    </span>
  );
}
