/** @jsxImportSource preact */
// How was it? One to five, and a word if wanted.
import { useState } from "preact/hooks";
import type { ChatRating } from "../../shared/api/generated/types.gen.ts";
import { useChat, useStyle } from "./context.ts";
import css from "./form.css?inline";
import { Icon } from "./icons.tsx";

const SCORES = [1, 2, 3, 4, 5];

export function Rating({ rating }: { rating: ChatRating }) {
  const { chat, say } = useChat();
  useStyle(css);
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState("");
  const [problem, setProblem] = useState("");
  const [isSent, setSent] = useState(false);
  if (isSent || rating.state === "answered") return <p class="info">{say("rated")}</p>;
  const send = (event: Event) => {
    event.preventDefault();
    chat.visitor.rate({ score, comment: comment.trim() || null }).then(
      () => setSent(true),
      (error: Error) => setProblem(say("problem", { why: error.message })),
    );
  };
  return (
    <form class="form" onSubmit={send}>
      <fieldset class="stars">
        <legend>{say("rate")}</legend>
        {SCORES.map((one) => (
          <label key={one} class={one <= score ? "on" : ""}>
            <input type="radio" name="score" value={one} checked={one === score} onChange={() => setScore(one)} />
            <Icon name="star" />
            <span class="unseen">{say("stars", { score: one })}</span>
          </label>
        ))}
      </fieldset>
      {score > 0 && (
        <>
          <label>
            {say("comment")}
            <textarea rows={2} maxLength={1000} value={comment} onInput={(e) => setComment(e.currentTarget.value)} />
          </label>
          <button type="submit" class="primary">
            {say("send")}
          </button>
        </>
      )}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
