import { Users } from "lucide-react";
import type { QueueFigures } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import { useElapsed } from "../store/now.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import css from "./WorkList.module.css";

/** From this wait on a queue is worth a second look, in seconds. */
const LONG_WAIT_S = 60;

/** The queues the agent serves: how many wait, and how long the first has waited. */
export function QueueFoot() {
  const t = useText();
  const queues = useServer((state) => state.queues);
  if (queues.length === 0) return null;
  return (
    <section className={css.foot} aria-label={t("queues.title")}>
      <h2>{t("queues.title")}</h2>
      <ul>
        {queues.map((queue) => (
          <Queue key={queue.queue_id} queue={queue} />
        ))}
      </ul>
    </section>
  );
}

function Queue({ queue }: { queue: QueueFigures }) {
  const t = useText();
  const longest = useElapsed(queue.longest_since);
  const late = queue.waiting > 0 && longest >= LONG_WAIT_S;
  return (
    <li className={css.queue}>
      <Users size={14} aria-hidden="true" />
      <span>{queue.name}</span>
      <span className={late ? css.late : css.figure}>
        {queue.waiting === 0
          ? t("queues.nobody")
          : t("queues.waiting", { count: queue.waiting, time: duration(longest) })}
      </span>
    </li>
  );
}
