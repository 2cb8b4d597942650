/** @jsxImportSource preact */
// One article, and whether it helped.
import { useEffect, useRef } from "preact/hooks";
import type { FoundArticle } from "../../shared/api/generated/types.gen.ts";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";
import { Marked } from "./Text.tsx";

interface AnswerProps {
  article: FoundArticle;
  glad: boolean;
  onBack: () => void;
  onHelped: () => void;
  onPerson: () => void;
}

export function Answer({ article, glad, onBack, onHelped, onPerson }: AnswerProps) {
  const { say } = useChat();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [glad]); // the button that was pressed is gone
  return (
    <div class="body">
      <button type="button" class="quiet" onClick={onBack}>
        <Icon name="back" /> {say("back")}
      </button>
      <h2 ref={heading} tabIndex={-1}>
        {article.title}
      </h2>
      <Marked text={article.answer} />
      <div role="status">{glad && <p class="info">{say("glad")}</p>}</div>
      {!glad && (
        <>
          <p class="hint">{say("helped")}</p>
          <div class="choices">
            <button type="button" onClick={onHelped}>
              {say("yes")}
            </button>
            <button type="button" onClick={onPerson}>
              {say("no_person")}
            </button>
          </div>
        </>
      )}
    </div>
  );
}
