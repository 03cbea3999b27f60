import type { Told } from '../told.ts';

export interface Listener {
  told<Name extends keyof Told>(name: Name, told: Told[Name]): void;
  /** Events come again, or no longer; then with the reason. */
  connected(lost: string | null): void;
}

const names = ['status', 'stops', 'topics', 'transactions'] as const;
/** The status comes every few seconds, and says when it was taken; one that does not come is no news of anything. */
const silenceMs = 20_000;
const againAfterMs = 2000;

/** Listens for as long as the page is there. A browser tries again by itself, unless it was refused: then this does. */
export function listenTo(listener: Listener): void {
  const source = new EventSource('events');
  let silence: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(silence);
    silence = setTimeout(() => lose('nothing comes any more'), silenceMs);
  };
  const lose = (why: string) => {
    clearTimeout(silence);
    listener.connected(why);
    if (source.readyState === EventSource.CONNECTING) return;
    source.close();
    setTimeout(() => listenTo(listener), againAfterMs);
  };
  for (const name of names)
    source.addEventListener(name, ({ data }) => {
      alive();
      listener.connected(null);
      listener.told(name, JSON.parse(data));
    });
  source.addEventListener('error', () => lose('banyan open status has ended, or is not reached'));
  alive();
}
