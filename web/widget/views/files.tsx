/** @jsxImportSource preact */
// Files on their way: checked here first, sent with progress, named by the next message.
import { useRef, useState } from "preact/hooks";
import type { Uploaded } from "../../shared/api/generated/types.gen.ts";
import { Refused } from "../api.ts";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";

const MOST = 5;
const MB = 1024 * 1024;

interface Chip {
  readonly id: number;
  readonly name: string;
  readonly part: number;
  readonly uploaded: Uploaded | null;
  readonly stop: AbortController;
}

export interface Files {
  readonly isOn: boolean;
  readonly accept: string;
  readonly chips: readonly Chip[];
  readonly ready: readonly Uploaded[];
  readonly isBusy: boolean;
  readonly problem: string | null;
  add: (files: readonly File[]) => void;
  remove: (id: number) => void;
  /** What is ready, which is then no longer here. */
  take: () => Uploaded[];
}

/** The files of the message being written. */
export function useFiles(): Files {
  const { chat, say } = useChat();
  const [chips, setChips] = useState<readonly Chip[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const number = useRef(0);
  const config = chat.config;
  const change = (id: number, what: Partial<Chip>) =>
    setChips((all) => all.map((one) => (one.id === id ? { ...one, ...what } : one)));
  const drop = (id: number) => setChips((all) => all.filter((one) => one.id !== id));

  function send(file: File): void {
    const id = ++number.current;
    const stop = new AbortController();
    setChips((all) => [...all, { id, name: file.name, part: 0, uploaded: null, stop }]);
    chat.visitor
      .upload(file, (part) => change(id, { part }), stop.signal)
      .then((uploaded) => change(id, { uploaded, part: 1 }))
      .catch((error: unknown) => {
        drop(id);
        if (stop.signal.aborted) return;
        const name = file.name;
        setProblem(
          error instanceof Refused && error.status < 429
            ? say("problem", { why: error.message })
            : say("upload_failed", { name }),
        );
      });
  }

  return {
    isOn: config?.features.files ?? false,
    accept: config?.file_types.join(",") ?? "",
    chips,
    ready: chips.flatMap((one) => (one.uploaded ? [one.uploaded] : [])),
    isBusy: chips.some((one) => !one.uploaded),
    problem,
    add: (files) => {
      setProblem(null);
      if (chips.length + files.length > MOST) return setProblem(say("too_many"));
      const limit = config?.file_max_bytes ?? 0;
      for (const file of files)
        if (file.size > limit) setProblem(say("too_large", { name: file.name, limit: Math.floor(limit / MB) }));
        else send(file);
    },
    remove: (id) => {
      chips.find((one) => one.id === id)?.stop.abort();
      drop(id);
    },
    take: () => {
      const taken = chips.flatMap((one) => (one.uploaded ? [one.uploaded] : []));
      setChips([]);
      setProblem(null);
      return taken;
    },
  };
}

/** The files below the message being written. */
export function FileChips({ files }: { files: Files }) {
  const { say } = useChat();
  return (
    <>
      <div role="status">{files.problem && <p class="problem">{files.problem}</p>}</div>
      {files.chips.length > 0 && (
        <ul class="chips">
          {files.chips.map((one) => (
            <li key={one.id}>
              <Icon name="file" />
              <span>{one.name}</span>
              {!one.uploaded && <progress value={one.part} aria-label={one.name} />}
              <button
                type="button"
                class="tool"
                aria-label={say("remove", { name: one.name })}
                onClick={() => files.remove(one.id)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
