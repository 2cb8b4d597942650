// Speaks captions with the browser's own voice, newest first: a new caption cuts the one before, as the line does.
import { useEffect, useRef } from "react";
import type { Line } from "../journal/captions.ts";

/** Speaks each new caption while `on`; captions that were there before it was switched on stay silent. */
export function useCaptionsAloud(on: boolean, lines: readonly Line[], live: boolean): void {
  const spoken = useRef<string | null>(null);
  const last = lines.findLast((line) => line.type === "heard");

  useEffect(() => {
    if (typeof speechSynthesis === "undefined") return;
    if (!on || !live) {
      speechSynthesis.cancel();
      spoken.current = last?.id ?? null;
    } else if (last && last.id !== spoken.current) {
      spoken.current = last.id;
      speechSynthesis.cancel();
      if (last.sound) return;
      const words = new SpeechSynthesisUtterance(last.text);
      if (last.lang) words.lang = voiceTag(last.lang);
      speechSynthesis.speak(words);
    }
  }, [on, live, last]);
}

/** Voices are listed by region, without the script. */
function voiceTag(lang: string): string {
  return lang.replace(/^zh-Han[ts]-/, "zh-");
}
