// The pages of the console besides the agent's own work, in the order of the rail. To add one: an entry here, its name
// under `rail` in the three catalogues, and the page itself as `lazyPage`.
import { BookOpenText, LayoutDashboard, type LucideIcon, Voicemail, Workflow } from "lucide-react";
import type { ComponentType } from "react";
import { floorPage } from "./floor/index.ts";
import { flowsPage } from "./flows/index.ts";
import { knowledgePage } from "./knowledge/index.ts";
import { voicemailsPage } from "./voicemails/index.ts";

export interface ConsolePage {
  /** `rail.<id>` of the catalogue is its name. */
  id: "voicemails" | "floor" | "knowledge" | "flows";
  /** Where it begins; everything below is the page's own. */
  path: string;
  /** Who has it sees the page; the service checks it again at every call. */
  permission: string;
  icon: LucideIcon;
  Page: ComponentType;
}

export const PAGES: readonly ConsolePage[] = [
  { id: "voicemails", path: "/voicemails", permission: "voicemails.handle", icon: Voicemail, Page: voicemailsPage },
  { id: "floor", path: "/floor", permission: "team.supervise", icon: LayoutDashboard, Page: floorPage },
  { id: "knowledge", path: "/knowledge", permission: "faq.edit", icon: BookOpenText, Page: knowledgePage },
  { id: "flows", path: "/flows", permission: "flows.read", icon: Workflow, Page: flowsPage },
];
