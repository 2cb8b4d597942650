// Phone on the left, ready-made calls and the log on the right; on a narrow screen one under the other.
import type { Directory } from "./call/client.ts";
import type { Phone } from "./call/phone.ts";
import { CallLog } from "./log/CallLog.tsx";
import { PhoneCard } from "./phone/PhoneCard.tsx";
import type { Tour } from "./tour/tour.ts";
import { TryThis } from "./tour/TryThis.tsx";
import css from "./App.module.css";

export interface WorkplaceProps {
  phone: Phone;
  tour: Tour;
  directory: Directory;
  consoleUrl: string;
}

export function Workplace({ phone, tour, directory, consoleUrl }: WorkplaceProps) {
  return (
    <div className={css.workplace}>
      <PhoneCard phone={phone} tour={tour} directory={directory} />
      <div className={css.beside}>
        <TryThis phone={phone} tour={tour} directory={directory} consoleUrl={consoleUrl} />
        <CallLog phone={phone} />
      </div>
    </div>
  );
}
