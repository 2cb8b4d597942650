// What the pages import: the generated shapes and the client.
import type { Events } from "./generated/types.gen.ts";

export type * from "./generated/types.gen.ts";
export { call, Problem, Unreachable } from "./client.ts";

/** One event of a stream. */
export type ServerEvent = Events["events"][number];
