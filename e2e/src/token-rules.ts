import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DevIssuer } from '@banyan/kit';

export const audience = 'bank';

/** An issuer of development, and the environment of an API that takes its tokens and no others. */
export interface Issuing {
  readonly issuer: DevIssuer;
  /** One with the same key for services of another audience. */
  readonly elsewhere: DevIssuer;
  readonly jwksUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function openIssuing(): Promise<Issuing> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-issuer-'));
  const issuer = await DevIssuer.open({ folder, audience });
  const { jwksUrl, close } = await issuer.listen({ port: 0 });
  return {
    issuer,
    elsewhere: await DevIssuer.open({ folder, audience: 'another bank' }),
    jwksUrl,
    environment: { AUTH: '', AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer.issuer, AUTH_AUDIENCE: audience },
    close: async () => {
      await close();
      await rm(folder, { recursive: true });
    },
  };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
