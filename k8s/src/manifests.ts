import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kubectl } from './kubectl.ts';

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly resources?: { readonly requests?: Record<string, string>; readonly limits?: Record<string, string> };
  readonly securityContext?: Record<string, unknown>;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
}

export interface Probe {
  readonly httpGet?: { readonly port: string | number };
  readonly tcpSocket?: { readonly port: string | number };
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: Record<string, unknown>;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string; readonly optional?: boolean };
  }[];
}

type Labels = Readonly<Record<string, string>>;

/** A Kubernetes object, as far as the rules look at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  readonly data?: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has another one, and the API server has checked it
  readonly spec?: any;
}

export interface PodTemplate {
  readonly of: Manifest;
  readonly labels: Labels;
  readonly spec: PodSpec;
}

const root = join(import.meta.dirname, '../..');
export const overlays = ['demo', 'production', 'openshift', 'production-keda'] as const;

/** What `kubectl apply -k` would send, as text. Throws Error with what kustomize says. */
export async function rendered(overlay: string): Promise<string> {
  return (await kubectl(['kustomize', join(root, 'k8s/overlays', overlay)])).out;
}

export function parsed(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** The pods that an object makes; null when it makes none. */
export function templateOf(of: Manifest): PodTemplate | null {
  const job = of.kind === 'CronJob' ? of.spec.jobTemplate.spec : of.spec;
  const template = ['Deployment', 'StatefulSet', 'Job', 'CronJob'].includes(of.kind) ? job.template : null;
  return template && { of, labels: template.metadata?.labels ?? {}, spec: template.spec };
}

export const templatesOf = (objects: readonly Manifest[]): PodTemplate[] =>
  objects.flatMap((one) => templateOf(one) ?? []);

export const titleOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

export const runsOn = (kind: string): boolean => kind === 'Deployment' || kind === 'StatefulSet';

/** Whether a label selector takes the labels. Source: Kubernetes, "Labels and Selectors". */
export function selects(selector: Selector | undefined, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === 'In' ? isIn : !isIn;
    })
  );
}

export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}
