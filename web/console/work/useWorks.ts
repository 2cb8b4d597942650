import { useShift } from "../shift/shift.ts";
import { useServer } from "../store/store.ts";

/** Is the agent at work: past the start of the shift, or with a contact still in hand? */
export function useWorks(): boolean {
  const started = useShift((shift) => shift.started);
  return useServer(({ agent, contacts }) => contacts.length > 0 || (started && agent?.presence !== "offline"));
}
