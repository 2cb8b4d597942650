import type { ReactNode } from "react";
import css from "./Tag.module.css";

export type TagTone = "green" | "red" | "amber" | "violet" | "blue" | "grey";

/** A short word on a coloured ground; the word says it, the colour only helps. */
export function Tag({ tone = "grey", children }: { tone?: TagTone; children: ReactNode }) {
  return <span className={`${css.tag} ${css[tone]}`}>{children}</span>;
}
