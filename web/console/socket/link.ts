// The console's one connection, as the page sees it: its state, and sending on it.
import { create } from "zustand";
import { api } from "../api.ts";
import { isSignedOut, signedOut } from "../session/session.ts";
import { positions } from "../store/reducer.ts";
import { tick } from "../store/now.ts";
import { receive, useServer } from "../store/store.ts";
import { type Command, Connection, type ConnectionStatus } from "./connection.ts";

interface Link {
  status: ConnectionStatus;
  /** This computer's clock when the connection was lost; null while it is open. */
  lostAt: number | null;
  /** The build of the front end that the service has now. */
  build: string | null;
}

const START: Link = { status: "closed", lostAt: null, build: null };

export const useLink = create<Link>(() => START);

/** Ticks of a worker, which a background tab does not slow down. */
function every(ms: number, tick: () => void): () => void {
  const worker = new Worker(new URL("./beat.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = tick;
  worker.postMessage(ms);
  return () => worker.terminate();
}

function socketAddress(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/agent`;
}

const connection = new Connection({
  ticket: async () => (await api.socketTicket()).ticket,
  open: () => new WebSocket(socketAddress()),
  every,
  positions: () => positions(useServer.getState()),
  receive: (message) => {
    const gap = receive(message);
    tick();
    return gap;
  },
  isSignedOut,
  onWelcome: ({ build }) => useLink.setState({ build }),
  onStatus: (status) => {
    const since = useLink.getState().lostAt ?? Date.now();
    useLink.setState({ status, lostAt: status === "reconnecting" ? since : null });
    if (status === "signed_out") signedOut();
  },
});

const hurry = () => connection.hurry();

/** Connect and stay connected; returns what ends it. */
export function startLink(): () => void {
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  connection.start();
  return () => {
    window.removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
    connection.stop();
  };
}

/** Connect again after the service gave our place to another window. */
export function reclaimLink(): void {
  connection.start();
}

/** Send a command; false when there is no open connection. */
export function send(command: Command): boolean {
  return connection.send(command);
}
