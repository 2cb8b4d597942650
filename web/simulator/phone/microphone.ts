// Speech to text by the browser itself (Web Speech API), where it has it.
import { useEffect, useRef, useState } from "react";

interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: RecognitionEvent) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
  abort(): void;
}

interface RecognitionEvent {
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean }>;
}

type RecognitionMaker = new () => Recognition;

function recognitionMaker(): RecognitionMaker | undefined {
  const browser = window as { SpeechRecognition?: RecognitionMaker; webkitSpeechRecognition?: RecognitionMaker };
  return browser.SpeechRecognition ?? browser.webkitSpeechRecognition;
}

export interface Microphone {
  readonly available: boolean;
  readonly listening: boolean;
  /** Why it stopped, in the browser's word (`not-allowed`, `network`, …); null when it did not fail. */
  readonly failure: string | null;
  toggle(): void;
}

/** A microphone that gives the words heard so far, and says when the sentence is complete. */
export function useMicrophone(lang: string, onWords: (words: string, complete: boolean) => void): Microphone {
  const [listening, setListening] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const running = useRef<Recognition | null>(null);
  const tell = useRef(onWords);
  tell.current = onWords;

  useEffect(() => () => running.current?.abort(), []);

  function start(): void {
    const Maker = recognitionMaker();
    if (!Maker) return;
    const recognition = new Maker();
    recognition.lang = lang;
    recognition.interimResults = true;
    recognition.onresult = ({ results }) => {
      const parts = Array.from(results);
      tell.current(
        parts.map((part) => part[0]?.transcript ?? "").join(""),
        parts.every((part) => part.isFinal),
      );
    };
    recognition.onerror = ({ error }) => setFailure(error === "aborted" || error === "no-speech" ? null : error);
    recognition.onend = () => {
      running.current = null;
      setListening(false);
    };
    running.current = recognition;
    setFailure(null);
    setListening(true);
    recognition.start();
  }

  return {
    available: recognitionMaker() !== undefined,
    listening,
    failure,
    toggle: () => (running.current ? running.current.stop() : start()),
  };
}
