// Who is signed in: asked once, then changed by signing in and out.
import { QueryClient, useQuery } from "@tanstack/react-query";
import { type Me, Problem } from "../../shared/api/index.ts";
import { keptLocale } from "../../shared/i18n/locales.ts";
import { showLocale } from "../../shared/i18n/setup.ts";
import { api } from "../api.ts";
import { forgetAll } from "../store/store.ts";
import { endShift } from "../shift/shift.ts";

export const queries = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 60_000 } },
});

const KEY = ["me"];

/** Does this error say that nobody is signed in? */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401;
}

async function ask(): Promise<Me | null> {
  try {
    const me = await api.me();
    await speakTo(me);
    return me;
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

async function speakTo(me: Me): Promise<void> {
  if (!keptLocale()) await showLocale(me.locale);
}

/** The signed-in agent; `data` is null when nobody is. */
export function useSession() {
  return useQuery({ queryKey: KEY, queryFn: ask, staleTime: Infinity });
}

/** The signed-in agent, inside of the console where there is one. */
export function useMe(): Me {
  const { data } = useSession();
  if (!data) throw new Error("Nobody is signed in.");
  return data;
}

/** Sign in. @throws Problem with code `wrong_credentials` or `too_many_attempts` */
export async function signIn(login: string, password: string): Promise<void> {
  const me = await api.signIn({ login, password });
  await speakTo(me);
  queries.setQueryData(KEY, me);
}

/** Sign out here and at the service. */
export async function signOut(): Promise<void> {
  await api.signOut();
  signedOut();
}

/** The service says that the session is over. */
export function signedOut(): void {
  endShift();
  forgetAll();
  queries.clear();
  queries.setQueryData(KEY, null);
}
