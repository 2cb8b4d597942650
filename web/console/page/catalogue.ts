// Pages that only some people open bring their own texts, loaded with them: declare the namespace as `floor/i18n.d.ts`
// does, and load the page by `lazyPage`.
import { type ComponentType, lazy, type LazyExoticComponent } from "react";
import { addCatalogue, type CatalogueLoaders } from "../../shared/i18n/setup.ts";

/** A page in a chunk of its own, shown once its texts are there too. */
export function lazyPage(
  namespace: string,
  catalogue: CatalogueLoaders,
  load: () => Promise<ComponentType>,
): LazyExoticComponent<ComponentType> {
  return lazy(async () => {
    const [page] = await Promise.all([load(), addCatalogue(namespace, catalogue)]);
    return { default: page };
  });
}
