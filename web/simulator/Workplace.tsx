// Phones on the left, ready-made calls and the log on the right; on a narrow screen one under the other.
import type { Control, Directory } from "./call/client.ts";
import { CallLog } from "./log/CallLog.tsx";
import { PhoneCard } from "./phone/PhoneCard.tsx";
import type { Exchange } from "./phones/exchange.ts";
import { PhoneBar } from "./phones/PhoneBar.tsx";
import { Ringing } from "./phones/Ringing.tsx";
import type { Texts } from "./texts/client.ts";
import { TryThis } from "./tour/TryThis.tsx";
import css from "./App.module.css";

export interface WorkplaceProps {
  exchange: Exchange;
  directory: Directory;
  consoleUrl: string;
  control: Control;
  texts: Texts;
}

export function Workplace({ exchange, directory, consoleUrl, control, texts }: WorkplaceProps) {
  const lines = exchange.use((state) => state.lines);
  const shown = exchange.use((state) => state.shown);
  const line = lines.find(({ id }) => id === shown) ?? lines[0];
  if (!line) return null;
  const { phone, tour } = line;
  return (
    <div className={css.workplace}>
      <div className={css.phones}>
        <Ringing exchange={exchange} directory={directory} />
        <PhoneBar exchange={exchange} directory={directory} />
        <PhoneCard key={line.id} phone={phone} tour={tour} directory={directory} control={control} texts={texts} />
      </div>
      <div className={css.beside}>
        <TryThis key={line.id} phone={phone} tour={tour} directory={directory} consoleUrl={consoleUrl} />
        <CallLog phone={phone} />
      </div>
    </div>
  );
}
