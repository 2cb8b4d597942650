/** @jsxImportSource preact */
// Questions first: what is typed is looked up on a pause; an answer that helps ends it, otherwise a person takes it.
import { useEffect, useState } from "preact/hooks";
import type { ChatSearch, FoundArticle } from "../../shared/api/generated/types.gen.ts";
import { Composer } from "./Composer.tsx";
import { moment, useChat } from "./context.ts";
import { Icon } from "./icons.tsx";
import { later } from "./later.tsx";

const Answer = later(() => import("./Answer.tsx").then(({ Answer }) => Answer));

const PAUSE_MS = 350;

export function Home() {
  const { chat, say, go, locale } = useChat();
  const [question, setQuestion] = useState("");
  const [found, setFound] = useState<ChatSearch | null>(null);
  const [article, setArticle] = useState<FoundArticle | null>(null);
  const [glad, setGlad] = useState(false);

  useEffect(() => {
    const words = question.trim();
    if (words.length < 2) return setFound(null);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      chat.visitor.search(words, stop.signal).then(setFound, () => undefined);
    }, PAUSE_MS);
    return () => (clearTimeout(timer), stop.abort());
  }, [question]);

  const appearance: Record<string, unknown> = chat.config?.appearance ?? {};
  const features = chat.config?.features;
  const ask = (words: string) => (chat.say({ body: words }), go("chat"));
  const verdict = (outcome: "opened" | "helped" | "not_helped", of: FoundArticle) =>
    found && chat.visitor.verdict(found.search_id, { article_id: of.article_id, outcome });

  if (article)
    return (
      <Answer
        article={article}
        glad={glad}
        onBack={() => (setArticle(null), setGlad(false))}
        onHelped={() => (verdict("helped", article), setGlad(true))}
        onPerson={() => (verdict("not_helped", article), ask(question.trim() || article.title))}
      />
    );

  const state = chat.conversation.state;
  const isOpen = state?.is_open ?? chat.config?.is_open ?? true;
  const opensAt = state?.opens_at ?? chat.config?.opens_at;
  const greeting = (appearance["greeting"] as Record<string, string> | undefined)?.[locale];
  return (
    <>
      <div class="body">
        <h2>{greeting || say("greeting")}</h2>
        {!isOpen && <p class="info">{opensAt ? say("opens", { when: moment(opensAt, locale) }) : say("closed")}</p>}
        <div aria-live="polite">
          {found && (
            <>
              <p class="hint">{found.results.length > 0 ? say("found") : say("nothing")}</p>
              <ul class="rows">
                {found.results.map((one) => (
                  <li key={one.article_id}>
                    <button type="button" class="row" onClick={() => (verdict("opened", one), setArticle(one))}>
                      <span>{one.title}</span>
                      <Icon name="next" />
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
        {!found && (
          <div class="choices">
            {isOpen && (
              <button type="button" onClick={() => (go("chat"), void chat.start().catch(() => undefined))}>
                {say("talk")}
              </button>
            )}
            {features?.callback && (
              <button type="button" onClick={() => go("callback")}>
                {say("call_me")}
              </button>
            )}
            {(state?.may_leave_message || !isOpen) && (
              <button type="button" onClick={() => go("leave")}>
                {say("leave")}
              </button>
            )}
          </div>
        )}
      </div>
      <Composer placeholder={say("ask")} value={question} onChange={setQuestion} onSend={ask} />
    </>
  );
}
