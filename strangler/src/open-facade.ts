import { randomUUID } from 'node:crypto';
import { KitError, type Log } from '@banyan/kit';
import { Pool } from 'undici';
import { createAdminServer } from './admin/admin-server.ts';
import type { FacadeConfig } from './config.ts';
import { Facade, sharesOf } from './facade.ts';
import { FacadeServer } from './proxy/server.ts';
import { isWebSocket, passUpgrade } from './proxy/upgrade.ts';
import { isWrite, type ReadRoute, type Route, servicesOf } from './route/declaration.ts';
import { RouteTable } from './route/route-table.ts';
import { keysIn, tokenIn } from './secret-files.ts';
import { Services } from './service/services.ts';
import { AskBudget } from './shadow/ask-budget.ts';
import { Comparing } from './shadow/comparing.ts';
import { rulesOf as tolerancesOf } from './shadow/rules.ts';
import { ShadowQueue } from './shadow/shadow-queue.ts';
import { sideBySide } from './shadow/side-by-side.ts';
import { EvidenceLog } from './state/evidence-log.ts';
import { EvidenceStore } from './state/evidence-store.ts';
import { rulesOf } from './state/gate-rules.ts';
import { Guard } from './state/guard.ts';
import { ReplicaRegister } from './state/replica-register.ts';
import { RouteStore } from './state/route-store.ts';
import { RouteSwitch } from './state/route-switch.ts';
import { Standings } from './state/standings.ts';
import { StateWatch } from './state/state-watch.ts';
import { ReadAfterTokens } from './token/read-after.ts';
import { SourceDatabase } from './token/source-database.ts';
import { SourcePosition } from './token/source-position.ts';
import { type OpenWrites, openWrites } from './write/open-writes.ts';
import { OwnerApi } from './write/owner-api.ts';
import { WriteTable } from './write/write-table.ts';

export interface OpenFacade {
  readonly url: string;
  readonly adminUrl: string;
  /** Answers what has been asked, writes down what it has counted, and closes. */
  close(): Promise<void>;
}

/** How long a service may take, over what is waited for a position. */
const serviceMs = 1000;
/** How long a client's read waits for what he wrote, before it goes to the monolith. */
const readWaitMs = 300;
/** The same where there is no monolith to go to. */
const retiredWaitMs = 3000;
/** How long a comparison waits, which nobody waits for. */
const comparisonWaitMs = 5000;

/** Everything that a facade is made of. Throws KitError `config` for what it cannot start with; the databases may be away. */
export async function openFacade(all: readonly Route[], config: FacadeConfig, log: Log): Promise<OpenFacade> {
  await using opening = new AsyncDisposableStack();
  const routes = all.filter((route) => !isWrite(route));
  const writeRoutes = all.filter(isWrite);
  const table = tableOf(all, routes, config, log);
  const names = all.map(({ name }) => name);
  const monolith = new Pool(config.monolith.origin, {
    connections: 256,
    headersTimeout: 120_000,
    bodyTimeout: 120_000,
  });
  opening.defer(() => monolith.destroy());
  const services = new Services({ urls: config.services, token: tokenIn(config.serviceTokenFile) });
  opening.defer(() => services.close());
  const source = new SourceDatabase(config.source);
  opening.defer(() => source.close());
  const sourcePosition = new SourcePosition({ ask: () => source.position() });
  const store = opening.use(new RouteStore(config.database, names));
  const evidenceStore = opening.use(new EvidenceStore(config.database));
  const tokens = new ReadAfterTokens({ keys: keysIn(config.readAfterKeyFile) });
  let writing: OpenWrites | null = null;
  const register = writeRoutes.length > 0 ? new ReplicaRegister(config.database, randomUUID()) : null;
  opening.defer(async () => {
    // Whoever has ended properly is not waited for.
    if (writing?.isQuiet()) await register?.leave().catch(() => {});
    await register?.[Symbol.asyncDispose]();
  });
  const known = register ? { states: () => register.beat().then(() => store.states()) } : store;
  const watch = opening.use(new StateWatch({ store: known, routes: names, log }));
  const evidence = opening.use(new EvidenceLog({ store: evidenceStore, routes: names, log }));
  const standings = opening.use(new Standings({ services: new Map(Object.entries(config.services)) }));
  const gated = routes.map(({ name, services, gate }) => ({ name, services, rules: rulesOf(gate) }));
  const judged = { routes: gated, store, watch, standings, log };
  const routeSwitch = new RouteSwitch({ ...judged, evidence: evidenceStore });
  if (register) {
    const api = new OwnerApi({ urls: config.services, token: tokenIn(config.serviceTokenFile) });
    opening.defer(() => api.close());
    const ports = { store, register, watch, standings, api, monolith, sourcePosition, tokens, log };
    writing = opening.use(openWrites({ ...ports, routes: writeRoutes, limits: { leaseMs: config.writeLeaseMs } }));
  }
  const writes: OpenWrites | null = writing;
  const freshWithinMs = (route: ReadRoute) => rulesOf(route.gate).freshWithinMs;
  const queue = new ShadowQueue({ onBroken: (error) => log({ message: 'a comparison is broken', error }) });
  opening.defer(() => queue.close());
  const comparing = new Comparing({
    monolith,
    services,
    sourcePosition,
    evidence,
    queue,
    budget: new AskBudget(),
    sampling: new AskBudget({ perSecond: 20, waitMs: 0 }),
    freshWithinMs,
    serviceMs,
    waitMs: comparisonWaitMs,
    log,
  });
  const facade = new Facade({
    monolith,
    table,
    writes: writes?.writes ?? null,
    services,
    stateOf: (route) => watch.of(route),
    tokens,
    sourcePosition,
    freshWithinMs,
    limits: { serviceMs, waitMs: readWaitMs, retiredWaitMs, ...sharesOf(config.requests) },
    seen: comparing,
  });
  const isOfWrites = (name: string) => writeRoutes.some((route) => route.name === name);
  await watch.look();
  const guard = opening.use(new Guard({ ...judged, evidence }));
  const admin = createAdminServer({
    routes: all,
    writes,
    watch,
    standings,
    store,
    evidence: evidenceStore,
    evidenceLog: evidence,
    guard,
    routeSwitch: { move: (move) => (isOfWrites(move.route) ? writes!.writeSwitch : routeSwitch).move(move) },
    sideBySide: sideBySide({ table, monolith, services, withinMs: comparisonWaitMs }),
    monolith: config.monolith.origin,
    auth: config.auth,
    log,
  });
  opening.defer(() => admin.close());
  const server = new FacadeServer({
    handle: (request, response) => facade.handle(request, response),
    // Whatever comes after another protocol was agreed on is not seen here: it must be none that writes can hide in.
    ...(writes && { isUpgrade: isWebSocket }),
    upgrade: (request, socket, head) =>
      passUpgrade({ host: config.monolith.hostname, port: Number(config.monolith.port || 80) }, request, socket, head),
  });
  opening.defer(() => server.close());
  const url = await listening(server, config);
  // After it: who asks there whether the facade is ready hears it of both.
  const adminUrl = await admin.listen(config.admin);
  const parts = opening.move();
  return { url, adminUrl, close: () => parts.disposeAsync() };
}

async function listening(server: FacadeServer, { port, host }: FacadeConfig): Promise<string> {
  return await server.listen({ port, host }).catch((error: NodeJS.ErrnoException) => {
    throw new KitError('config', `PORT, HOST: ${error.message}`, {
      remedy: 'end what listens there, or give another',
      cause: error,
    });
  });
}

function tableOf(
  all: readonly Route[],
  routes: readonly ReadRoute[],
  { services }: FacadeConfig,
  log: Log,
): RouteTable {
  for (const route of all) {
    const { name } = route;
    const missing = servicesOf(route).find((service) => !Object.hasOwn(services, service));
    if (missing !== undefined)
      log({ message: `the monolith answers '${name}': SERVICES has no address of '${missing}'`, route: name });
  }
  try {
    const twice = all.find(({ name }, at) => all.findIndex((one) => one.name === name) !== at);
    if (twice) throw new TypeError(`two routes are '${twice.name}'; give one of them another name`);
    new WriteTable(all.filter(isWrite));
    for (const { tolerances } of routes) tolerancesOf(tolerances ?? {});
    return new RouteTable(routes);
  } catch (error) {
    throw new KitError('declaration', (error as Error).message, { remedy: 'correct the routes', cause: error });
  }
}
