import { Route, Switch } from "wouter";
import { AnsweringPage } from "./answering/AnsweringPage.tsx";
import { ArticlesPage } from "./articles/ArticlesPage.tsx";
import { EditorPage } from "./editor/EditorPage.tsx";
import { FiguresPage } from "./figures/FiguresPage.tsx";
import { FilesPage } from "./files/FilesPage.tsx";
import { GapsPage } from "./gaps/GapsPage.tsx";
import { SynonymsPage } from "./synonyms/SynonymsPage.tsx";

/** The knowledge pages, each at its own address. */
export function KnowledgePage() {
  return (
    <Switch>
      <Route path="/knowledge/articles/:id">{({ id }) => <EditorPage key={id} id={id} />}</Route>
      <Route path="/knowledge/gaps">
        <GapsPage />
      </Route>
      <Route path="/knowledge/figures">
        <FiguresPage />
      </Route>
      <Route path="/knowledge/synonyms">
        <SynonymsPage />
      </Route>
      <Route path="/knowledge/answering">
        <AnsweringPage />
      </Route>
      <Route path="/knowledge/files">
        <FilesPage />
      </Route>
      <Route>
        <ArticlesPage />
      </Route>
    </Switch>
  );
}
