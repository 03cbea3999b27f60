import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { declarationText } from './declaration-text.ts';
import type { Draft } from './draft.ts';
import type { Samples } from './samples.ts';
import { testText } from './test-text.ts';

/** What a service's folder has, by path. */
export type Files = ReadonlyMap<string, string>;

export interface ServicePlace {
  /** The services' folder, relative to the project's. */
  readonly services: string;
  readonly prefix: string;
}

/** The folder of a service as a person would have written it. */
export async function serviceFiles(draft: Draft, samples: Samples, place: ServicePlace): Promise<Files> {
  const pods = ['serve.yaml', 'project.yaml', 'prove.yaml'];
  const manifests = await Promise.all(
    pods.map(
      async (file) => [`k8s/${file}`, await readFile(join(import.meta.dirname, 'manifest', file), 'utf8')] as const,
    ),
  );
  return new Map([
    ['src/projection.ts', declarationText(draft)],
    ['src/main.ts', main],
    ['src/projection.test.ts', testText(draft, samples)],
    ['Dockerfile', dockerfile(draft.name, place)],
    ['README.md', readme(draft, place)],
    ['k8s/kustomization.yaml', kustomization(draft.name, place)],
    ...manifests,
  ]);
}

// Line by line: a statement at the beginning of a line would be taken for one of this module by what packs it.
const main = [
  "import { runService } from '@banyan/kit';",
  "import { projection } from './projection.ts';",
  '',
  'process.exitCode = await runService(projection, process.argv.slice(2), process.env);',
  '',
].join('\n');

const dockerfile = (
  name: string,
  { services }: ServicePlace,
): string => `# One image, all roles: serve, project, prove, repair. From the repository's folder:
#   docker build -f ${services}/${name}/Dockerfile -t ${name} .
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
FROM \${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-fund --no-audit --no-update-notifier

FROM \${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY ${services}/${name} ${services}/${name}
USER 65532:65532
# Types are stripped by Node itself: what runs is what is in the repository.
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "/app/${services}/${name}/src/main.ts"]
`;

const kustomization = (
  name: string,
  { prefix }: ServicePlace,
): string => `# ${name}: its query API, its projector (one active, one standing by) and a daily proof. What ends in .example is to be set.
# The Secrets ${name}-read-db, source-db-catalog (each with a password) and token-keys (jwks.json; only where AUTH_JWKS_URL is a file) are made by hand.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [serve.yaml, project.yaml, prove.yaml]
namePrefix: ${name}-
labels:
  - pairs: { app.kubernetes.io/name: ${name} }
    includeSelectors: true
images:
  - { name: service, newName: registry.example/${name}, newTag: 0.1.0 }
configMapGenerator:
  - name: env
    literals: [READ_DB_NAME=${name}, READ_DB_USER=${name}]
  - name: bridge
    literals:
      - KAFKA_BROKERS=kafka.example:9092
      - SCHEMA_REGISTRY_URL=http://registry.example:8080/apis/ccompat/v7
      - TOPIC_PREFIX=${prefix}
      - SOURCE_DB_HOST=source-db.example
      - SOURCE_DB_USER=catalog
      - READ_DB_HOST=read-db.example
      - AUTH_JWKS_URL=https://login.example/.well-known/jwks.json
      - AUTH_ISSUER=https://login.example
      - AUTH_AUDIENCE=${prefix}
patches:
  - target: { kind: Deployment }
    patch: |
      - { op: replace, path: /spec/template/spec/volumes/0/secret/secretName, value: ${name}-read-db }
  - target: { kind: CronJob }
    patch: |
      - op: replace
        path: /spec/jobTemplate/spec/template/spec/volumes/0/secret/secretName
        value: ${name}-read-db
`;

function readme({ name, about, tables, query, notes }: Draft, { services }: ServicePlace): string {
  const served = [...tables, ...(query ? [query] : [])].flatMap(({ path, key }) =>
    path === null ? [] : [`- \`GET ${path}\`, \`GET ${path}/${key.map((one) => `{${one}}`).join('/')}\``],
  );
  const toSee = notes.length === 0 ? [] : ['', '## To look at', '', ...notes.map((note) => `- ${note}`)];
  return `# ${name}

${about} Each answer says the position of the monolith's log that it is true for.

${served.join('\n')}

\`\`\`sh
npx banyan up                                   # fills it and has it follow
curl "$(npx banyan open ${name})?limit=3"
curl "$(npx banyan open ${name}-openapi)"
npx banyan prove ${name}                        # is it equal to the monolith, row by row?
BANYAN_STACK=.banyan/local node --test ${services}/${name}/src/projection.test.ts
\`\`\`

\`src/projection.ts\` is all there is to it. Its image is built by the \`Dockerfile\`, and run by \`k8s/\`, where addresses and Secrets are to be set.${toSee.join('\n')}
`;
}
