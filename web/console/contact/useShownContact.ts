import { useQuery } from "@tanstack/react-query";
import type { ContactView } from "../../shared/api/index.ts";
import { api } from "../api.ts";
import { useServer } from "../store/store.ts";

export interface ShownContact {
  status: "none" | "loading" | "failed" | "shown";
  contact: ContactView | null;
  /** Is it in the agent's hands (and kept current by the socket)? */
  mine: boolean;
  retry(): void;
}

/** The contact on screen: one of ours from the store, or a finished one, loaded. */
export function useShownContact(id: string | null): ShownContact {
  const mine = useServer((state) => state.contacts.find((contact) => contact.contact_id === id) ?? null);
  const loaded = useServer((state) => state.agent !== null);
  const query = useQuery({
    queryKey: ["contact", id],
    queryFn: () => api.contact(id ?? ""),
    enabled: id !== null && loaded && mine === null,
  });
  const retry = () => void query.refetch();
  if (mine) return { status: "shown", contact: mine, mine: true, retry };
  if (id === null) return { status: "none", contact: null, mine: false, retry };
  if (query.data) return { status: "shown", contact: query.data, mine: false, retry };
  return { status: query.isError ? "failed" : "loading", contact: null, mine: false, retry };
}
