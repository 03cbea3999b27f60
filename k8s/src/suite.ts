// make test-k8s: the manifests on a real API server (level 1), then the demo as real pods (level 3), on a cluster of this machine that is
// gone afterwards. `--stay`: make demo-k8s, which leaves the cluster and the demo running.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '@banyan/stack';
import { fetchCrds } from './crds/crds.ts';
import { allReady } from './demo-cluster.ts';
import { Buildah, tool } from './images/builder.ts';
import { buildOwn } from './images/own.ts';
import { archiveOf, buildStandIns } from './images/stand-ins.ts';

const root = join(import.meta.dirname, '../..');
const scripts = join(root, 'k8s/cluster');
const { values: asked } = parseArgs({ options: { stay: { type: 'boolean', default: false } } });
const started = Date.now();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(new Error(signal)));
const progress = (who: string, text: string) =>
  console.error(
    `  ${who.padEnd(9)} ${text}${who === 'suite' ? '' : ` (${((Date.now() - started) / 1000).toFixed(0)} s)`}`,
  );

let passed = 0;
let failed = 0;
const { cacheDir } = readConfig(process.env, { root, purpose: 'k8s', portBase: 28600 });
const images = join(cacheDir, 'k8s-images');
const results = await mkdtemp(join(tmpdir(), 'banyan-k8s-results-'));
try {
  await all();
} catch (error) {
  failed++;
  console.error(
    `\n${stop.signal.aborted ? `interrupted by ${(stop.signal.reason as Error).message}` : (error as Error).message}`,
  );
} finally {
  await rm(results, { recursive: true, force: true });
}
progress('suite', `${((Date.now() - started) / 60_000).toFixed(1)} min`);
if (!asked.stay) console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** There is one cluster on a machine. Held by an abstract Unix socket, which goes with its process. */
async function claimCluster(): Promise<void> {
  const claim = createServer().unref();
  await new Promise<void>((held, refuse) => {
    claim.once('error', () =>
      refuse(new Error('another make test-k8s or demo-k8s is at work on this machine; wait until it has ended')),
    );
    claim.listen('\0banyan-k8s', held);
  });
}

async function all(): Promise<void> {
  await claimCluster();
  await needs(['go', 'kubectl']);
  const noPods = await whyNoPods();
  if (noPods !== null && asked.stay) throw new Error(noPods);
  progress('cluster', 'Kubernetes, built from its sources; that takes ten minutes the first time, and is kept');
  const folder = (await script('kube-build.sh', ['all'])).trim().split('\n').at(-1)!;
  const environment = { KUBECI_BIN: folder, KUBECI_IMAGES: images };
  // What a run that was killed has left.
  if (noPods === null) await script('kube-up.sh', ['down'], environment);
  if (!asked.stay) {
    const crds = await fetchCrds({ cacheDir, say: (text) => progress('fetch', text) });
    await withCluster('1', environment, async () => {
      const kubectl = ['kubectl', '--kubeconfig', await kubeconfig()] as [string, ...string[]];
      await tool([...kubectl, 'apply', '--server-side', '-f', crds], { signal: stop.signal });
      await tool([...kubectl, 'wait', '--for=condition=Established', 'crd', '--all'], { signal: stop.signal });
      await tests('level-1');
    });
    await tests('monitoring');
    await tests('keda');
  }
  if (noPods !== null) return progress('level-3', `NOT RUN, as this machine cannot have pods: ${noPods}`);
  await prepareImages();
  if (asked.stay) return demo(environment);
  await withCluster('3', environment, () => tests('level-3'));
}

/** Why there can be no real pods here; null when there can. */
async function whyNoPods(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'it wants root';
  const probe =
    'ip netns add banyan-probe && ip netns delete banyan-probe && mkdir /sys/fs/cgroup/banyan-probe && rmdir /sys/fs/cgroup/banyan-probe';
  try {
    await needs(['buildah', 'mmdebstrap', 'containerd', 'runc', 'iptables', 'conntrack']);
    await tool(['sh', '-c', probe]);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Installs what is missing where Debian has it, before anything is begun. Throws what else is missing. */
async function needs(programs: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of programs) {
    await tool(['sh', '-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${name}`]).catch(() => missing.push(name));
  }
  if (missing.length === 0) return;
  const others = missing.filter((name) => name === 'go' || name === 'kubectl');
  if (others.length > 0)
    throw new Error(`missing: ${others.join(', ')}; get Go from go.dev, kubectl from kubernetes.io`);
  progress('machine', `installing ${missing.join(', ')} (Debian packages)`);
  const packages = `containernetworking-plugins ${missing.join(' ')}`;
  const install = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${packages}`;
  await tool(['sh', '-c', install], { signal: stop.signal, limitMs: 600_000 });
}

async function prepareImages(): Promise<void> {
  const options = { cacheDir, progress, signal: stop.signal };
  const buildah = new Buildah(cacheDir);
  const others = await buildStandIns(buildah, options);
  const names = [...(await buildOwn(buildah, options)), ...others];
  await mkdir(images, { recursive: true });
  progress('image', 'all of them as one archive for the cluster (a minute)');
  await archiveOf(buildah, names, images);
}

async function withCluster(
  level: string,
  environment: Record<string, string>,
  what: () => Promise<void>,
): Promise<void> {
  progress('cluster', `level ${level} starts`);
  try {
    await script('kube-up.sh', ['up', level], environment);
    await what();
  } finally {
    await script('kube-up.sh', ['down'], environment, false);
  }
}

async function demo(environment: Record<string, string>): Promise<void> {
  progress('cluster', 'starts');
  await script('kube-up.sh', ['up', '3'], environment);
  process.env.KUBECONFIG = await kubeconfig();
  await tool(['kubectl', 'apply', '--server-side', '-k', join(root, 'k8s/overlays/demo')], { signal: stop.signal });
  progress('demo', 'applied; it comes up by itself, within some two minutes');
  await allReady(600_000, (text) => progress('demo', text));
  console.log(`All of it runs. To look at it:
  export KUBECONFIG=${process.env.KUBECONFIG}
  kubectl -n banyan get pods
  TOKEN=$(kubectl -n banyan get secret token-keys -o jsonpath='{.data.token}' | base64 -d)
  curl -H "Authorization: Bearer $TOKEN" "http://$(kubectl -n banyan get service accounts-api -o jsonpath='{.spec.clusterIP}'):8080/accounts?limit=3"
Whether that is what the bank has, row by row:
  kubectl -n banyan create job prove-now --from=cronjob/accounts-prove
  until kubectl -n banyan logs -f job/prove-now 2>/dev/null; do sleep 1; done
A transfer all the way, and more: docs/how-to/run-on-kubernetes.md. The addresses above are reached from this machine alone.
To end it: bash k8s/cluster/kube-up.sh down`);
}

async function kubeconfig(): Promise<string> {
  return /KUBECONFIG=(.*)/.exec(await script('kube-up.sh', ['env']))![1]!;
}

async function tests(path: string): Promise<void> {
  const file = join(results, `${path}.json`);
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const options = ['--selectProjects', 'k8s', '--runInBand', '--json', `--outputFile=${file}`, path];
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
    '--experimental-vm-modules',
  ];
  const code = await run(process.execPath, [...flags, jest, ...options], { KUBECONFIG: await kubeconfig() });
  stop.signal.throwIfAborted();
  const result = JSON.parse(await readFile(file, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numRuntimeErrorTestSuites: number;
  };
  passed += result.numPassedTests;
  failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (code !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) failed++;
  progress(path, `${result.numPassedTests} passed, ${result.numFailedTests} failed`);
}

/** Runs one of the cluster's scripts; what it says on standard error is progress. Resolves to its standard output. */
async function script(
  name: string,
  args: string[],
  environment: Record<string, string> = {},
  abortable = true,
): Promise<string> {
  const child = spawn('bash', [join(scripts, name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { ...process.env, ...environment },
  });
  const out: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  const code = await ended(child, abortable);
  if (abortable) stop.signal.throwIfAborted();
  if (code === 0) return out.join('');
  throw new Error(`${name} ${args.join(' ')} failed; what it said is above`);
}

async function run(command: string, args: string[], environment: Record<string, string>): Promise<number | null> {
  return ended(
    spawn(command, args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...environment },
    }),
  );
}

/** An abort ends the whole process group. */
async function ended(child: ChildProcess, abortable = true): Promise<number | null> {
  const end = () => process.kill(-child.pid!, 'SIGTERM');
  if (abortable) stop.signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise((done, fail) => child.once('close', done).once('error', fail));
  } finally {
    stop.signal.removeEventListener('abort', end);
  }
}
