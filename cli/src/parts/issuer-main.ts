import { DevIssuer } from '@banyan/kit';

const { PORT, ISSUER_FOLDER, ISSUER_AUDIENCE } = process.env;
const issuer = await DevIssuer.open({ folder: ISSUER_FOLDER!, audience: ISSUER_AUDIENCE! });
const { jwksUrl, close } = await issuer.listen({ port: Number(PORT) });
console.log(`the public key is at ${jwksUrl}`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, close);
