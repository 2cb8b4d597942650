// One article while somebody writes: what is on the page, what the service has, and the way between them.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type ArticleView, type EntryFields, Problem } from "../../../shared/api/index.ts";
import type { Locale } from "../../../shared/i18n/locales.ts";
import { problemWords } from "../../problems.ts";
import { isSignedOut, queries, signedOut } from "../../session/session.ts";
import { notify } from "../../store/notices.ts";
import { useText } from "../../text.ts";
import { knowledge } from "../api.ts";
import { type Entry, entryOf, fieldsOf, isSame, newEntry, withField } from "./entry.ts";
import { type Merge, merged } from "./merge.ts";
import { forgetUnsaved, keepUnsaved, type Unsaved, unsavedOf } from "./unsaved.ts";

const AUTOSAVE_MS = 600;

/** Somebody saved meanwhile: what to bring together, and from which version to save then. */
export interface Conflict {
  merge: Merge;
  theirs: Entry;
  version: number;
}

export interface Editor {
  article: ArticleView | null;
  entry: Entry;
  isChanged: boolean;
  isBusy: boolean;
  /** What is wrong, by field as the service names it. */
  errors: ReadonlyMap<string, string>;
  conflict: Conflict | null;
  /** Text that was not saved the last time, to go on with or to throw away. */
  recovered: Unsaved | null;
  change(field: string, value: unknown): void;
  /** The saved article, or null when it was refused. */
  save(why?: string): Promise<ArticleView | null>;
  /** Run a command on the saved article. */
  command(work: (article: ArticleView) => Promise<ArticleView>): Promise<ArticleView | null>;
  settle(entry: Entry): void;
  takeUp(): void;
  throwAway(): void;
}

/** The saved article, or null for one that is new. */
export function useArticle(id: string, isNew: boolean) {
  return useQuery({
    queryKey: ["article", id],
    queryFn: async () => {
      try {
        return await knowledge.article(id);
      } catch (error) {
        if (isNew && error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
    staleTime: Infinity,
    gcTime: 0,
  });
}

function forgetLists(): void {
  for (const key of ["articles", "article-categories", "article-tags", "article-versions"])
    void queries.invalidateQueries({ queryKey: [key] });
}

/** The state of the editor; `loaded` is what the service had when the page was opened. */
export function useEditor(id: string, loaded: ArticleView | null, locale: Locale): Editor {
  const words = useText();
  const [article, setArticle] = useState(loaded);
  const [saved, setSaved] = useState(() => (loaded ? entryOf(loaded.entry) : newEntry(locale)));
  const [entry, setEntry] = useState(saved);
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [recovered, setRecovered] = useState(() => unsavedOf(id));
  const [isBusy, setBusy] = useState(false);
  const base = useRef(loaded?.latest_version ?? 0);
  const isChanged = !isSame(entry, saved);

  useEffect(() => {
    if (!isChanged) return;
    const keep = () => keepUnsaved(id, { entry, base: base.current, from: saved, at: new Date().toISOString() });
    const timer = setTimeout(keep, AUTOSAVE_MS);
    addEventListener("pagehide", keep);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", keep);
    };
  }, [id, entry, saved, isChanged]);

  const took = useCallback(
    (view: ArticleView) => {
      const now = entryOf(view.entry);
      base.current = view.latest_version;
      setArticle(view);
      setSaved(now);
      setErrors(new Map());
      queries.setQueryData(["article", id], view);
      forgetLists();
      return now;
    },
    [id],
  );
  const refused = (error: unknown) => {
    if (isSignedOut(error)) return signedOut();
    if (error instanceof Problem && error.code === "article_changed") {
      const theirs = entryOf(error.more["current"] as EntryFields);
      setConflict({ merge: merged(saved, entry, theirs), theirs, version: Number(error.more["current_version"]) });
      return;
    }
    if (error instanceof Problem) setErrors(new Map(error.fields.map(({ field, message }) => [field.replace(/^entry\./, ""), message])));
    notify(problemWords(error, words));
  };
  const attempt = async (work: () => Promise<ArticleView>): Promise<ArticleView | null> => {
    setBusy(true);
    try {
      const view = await work();
      setEntry(took(view));
      forgetUnsaved(id);
      setRecovered(null);
      return view;
    } catch (error) {
      refused(error);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const save = (why = "") => {
    const body = { entry: fieldsOf(entry), why };
    return attempt(() =>
      base.current === 0
        ? knowledge.create({ ...body, article_id: id })
        : knowledge.save(id, { ...body, base_version: base.current }),
    );
  };
  return {
    article,
    entry,
    isChanged,
    isBusy,
    errors,
    conflict,
    recovered: recovered && !isSame(recovered.entry, saved) ? recovered : null,
    change: (field, value) => {
      setRecovered(null);
      setEntry((now) => withField(now, field, value));
    },
    save,
    command: async (work) => {
      const view = isChanged || base.current === 0 ? await save() : article;
      return view && attempt(() => work(view));
    },
    settle: (settled) => {
      if (!conflict) return;
      base.current = conflict.version;
      setSaved(conflict.theirs);
      setEntry(settled);
      setConflict(null);
    },
    takeUp: () => {
      if (!recovered) return;
      const isOld = article !== null && recovered.base < article.latest_version;
      setEntry(isOld ? merged(recovered.from, recovered.entry, saved).entry : recovered.entry);
      setRecovered(null);
    },
    throwAway: () => {
      forgetUnsaved(id);
      setRecovered(null);
    },
  };
}
