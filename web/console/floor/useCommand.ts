import { useAction } from "../useAction.ts";
import { lookAgain } from "./floor.ts";

/** Give an order to the service and look at what it changed; a refusal is told as a notice. */
export function useCommand() {
  const { run, busy } = useAction();
  const give = async (order: () => Promise<unknown>): Promise<boolean> => {
    const done = await run(async () => {
      await order();
      return true;
    });
    if (done) await lookAgain();
    return done ?? false;
  };
  return { give, busy };
}
