import { once } from 'node:events';
import type { Context } from '../command.ts';
import { jsonLine } from '../terminal/escape.ts';
import { feedsOf } from './feeds.ts';
import { pageServer } from './page-server.ts';

export interface StatusPageOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly browse: ((url: string) => Promise<void>) | null;
}

/** Serves the status page until the signal. `browse` is what shows it; that it cannot is told, and the page stays. */
export async function showStatusPage(
  { output, config, json, signal }: Context,
  { dataDir, port, browse }: StatusPageOptions,
): Promise<number> {
  const feeds = feedsOf(config, (error) =>
    output.say('page', `what it shows cannot be read: ${(error as Error).message}`),
  );
  await using server = await pageServer(feeds, port);
  const { url } = server;
  const what = `the status of what runs in ${dataDir}`;
  const urls = [{ name: 'status', url, what }];
  await output.line(json ? jsonLine({ command: 'open', ok: true, problems: [], urls }) : url);
  output.say('page', `${what}; Ctrl-C ends it`);
  await browse?.(url).catch((error: Error) => output.say('browser', `${error.message}; open ${url} yourself`));
  if (!signal.aborted) await once(signal, 'abort');
  return 0;
}
