import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '@banyan/stack';
import { findJava, inCache, mavenPackage, runTool, verify, verifyOnce } from '@banyan/stack/fetching';
import { goModule } from './go-module.ts';

const lock = join(import.meta.dirname, '../../cluster/crds');

/** Strimzi's kinds that are used here, by the class of its API. */
const kinds = {
  'kafkas.yaml': 'kafka.Kafka',
  'kafkanodepools.yaml': 'nodepool.KafkaNodePool',
  'kafkatopics.yaml': 'topic.KafkaTopic',
  'kafkausers.yaml': 'user.KafkaUser',
  'kafkaconnects.yaml': 'connect.KafkaConnect',
  'kafkaconnectors.yaml': 'connector.KafkaConnector',
} as const;

/** Files of Go modules, by the module of go.mod. */
const filesOf = {
  'github.com/prometheus-operator/prometheus-operator': {
    'podmonitors.yaml': 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml',
    'prometheusrules.yaml': 'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  },
  'github.com/kedacore/keda/v2': { 'scaledobjects.yaml': 'config/crd/bases/keda.sh_scaledobjects.yaml' },
  'github.com/openshift/api': { 'routes.yaml': 'route/v1/zz_generated.crd-manifests/routes.crd.yaml' },
} as const;

export interface CrdOptions {
  readonly cacheDir: string;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A folder with the CRDs of everything that the components are made of, kept in the cache under the hash of the lockfiles: Strimzi's
 * are written by its own generator, the others stand in Go modules. Each jar is compared before it is run, each CRD before it is used.
 * Throws StackError `fetch-failed`, `artefact-changed`, `java-missing` or `config`.
 */
export async function fetchCrds({ cacheDir, say, signal }: CrdOptions): Promise<string> {
  const list = join(lock, 'crds.sha256.txt');
  const home = await inCache({ cacheDir, name: `crds-${await lockHash()}`, say, signal }, async (fresh) => {
    say('fetching what writes the CRDs');
    await mavenPackage(lock, fresh, { env: process.env, say, signal });
    const jars = join(fresh, 'jars');
    await verify(jars, join(lock, 'jars.sha256.txt'));
    const java = await findJava(cacheDir, process.env, say, undefined, signal);
    await strimziCrds(java, jars, fresh, signal);
    await rm(jars, { recursive: true });
    for (const [module, files] of Object.entries(filesOf)) {
      const folder = await goModule(lock, module, signal);
      for (const [name, file] of Object.entries(files)) await copyFile(join(folder, file), join(fresh, name));
    }
    await verify(fresh, list);
  });
  await verifyOnce(home, list);
  return home;
}

/** With the settings of Strimzi's own build, so that they are those of its release. */
async function strimziCrds(java: string, jars: string, out: string, signal: AbortSignal | undefined): Promise<void> {
  const classPath = (await readdir(jars)).map((jar) => join(jars, jar)).join(':');
  const versions = [
    '--target-kube',
    '1.16+',
    '--crd-api-version',
    'v1',
    '--api-versions',
    'v1',
    '--storage-version',
    'v1',
  ];
  const files = Object.entries(kinds).map(([file, kind]) => `io.strimzi.api.kafka.model.${kind}=${join(out, file)}`);
  const generator = ['io.strimzi.crdgenerator.CrdGenerator', '--label', 'app:strimzi', ...versions, '--yaml', ...files];
  const { code, lines } = await runTool([java, '-cp', classPath, ...generator], { signal });
  if (code !== 0)
    throw new StackError('fetch-failed', `Strimzi's CRDs could not be written: ${lines.slice(-5).join(' ')}`);
}

async function lockHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(lock)).sort()) hash.update(await readFile(join(lock, name)));
  return hash
    .update(JSON.stringify([kinds, filesOf]))
    .digest('hex')
    .slice(0, 12);
}
