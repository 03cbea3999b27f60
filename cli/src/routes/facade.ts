import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { isOfThisMachine } from '@banyan/kit';
import { type Arguments, type Context, text } from '../command.ts';
import { usage } from '../errors.ts';
import { devIssuer } from '../parts/issuer.ts';
import { needs, openTarget } from '../target.ts';

/** The admin port of a facade, and a token for it. */
export interface Facade {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

export const facadeOptions = { url: { value: 'URL' }, 'token-file': { value: 'FILE' } };

export const facadeHelp = `Which facade: the one of the data folder, or --url with --token-file, a file that holds a token with the scopes routes:read and
routes:write. Over plain http it goes to this machine alone.`;

/** Throws CliError `usage`, `not-started`, or `not-running` when the facade of the data folder does not run. */
export async function facadeOf({ config }: Pick<Context, 'config'>, args: Arguments): Promise<Facade> {
  const [url, tokenFile] = [text(args, 'url'), text(args, 'token-file')];
  if (url !== undefined && tokenFile === undefined) throw usage('--url wants --token-file, the token of that facade');
  return {
    url: checked(url ?? (await localUrl(config))),
    token: tokenFile === undefined ? await ownToken(config) : await tokenIn(tokenFile),
  };
}

/** A token that others can read on their way is theirs. */
function checked(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHere = url !== null && isOfThisMachine(url);
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isHere))
    throw usage('the address of a facade is an https URL, or an http one of this machine');
  if (url.username || url.password) throw usage('the address of a facade has no user in it');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

async function localUrl(config: Context['config']): Promise<string> {
  const { facade } = openTarget(config);
  if (!facade) throw usage('the project has no facade of its own', 'name one: --url URL --token-file FILE');
  await needs(facade.facade);
  return facade.adminUrl;
}

/** In the name of who calls: it is what the audit has. */
async function ownToken(config: Context['config']): Promise<string> {
  const issuer = await devIssuer(openTarget(config).stack);
  return issuer.serviceToken(`${userInfo().username}@${hostname()}`, ['routes:read', 'routes:write'], { forS: 60 });
}

async function tokenIn(file: string): Promise<string> {
  const token = await readFile(file, 'utf8').catch((error: Error) => {
    throw usage(`--token-file: ${error.message}`);
  });
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token.trim())) return token.trim();
  throw usage(`--token-file: ${file} holds no token`);
}
