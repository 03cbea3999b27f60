/** An object as the API server takes it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Identity {
  /** `app.kubernetes.io/name`: whose it is. */
  readonly of: string;
  /** `app.kubernetes.io/component`. */
  readonly component: string;
  /** `strimzi.io/cluster`: the Kafka or KafkaConnect that it belongs to; none for these themselves. */
  readonly cluster?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function labelsOf({ of, component, cluster }: Identity): Record<string, string> {
  return {
    'app.kubernetes.io/name': of,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/part-of': 'banyan',
    ...(cluster && { 'strimzi.io/cluster': cluster }),
  };
}

/** An object of Strimzi 1.2's one API, `kafka.strimzi.io/v1`. */
export function strimzi(kind: string, name: string, identity: Identity, spec: Record<string, unknown>): KubeObject {
  const { annotations } = identity;
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind,
    metadata: { name, labels: labelsOf(identity), ...(annotations && { annotations }) },
    spec,
  };
}

/** Of a container, and all that the restricted Pod Security Standard asks for: the pod's own context stays with Strimzi, which sets what the volumes need. */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

/** One pod of a kind on each node, by all means; and over the zones, as far as there are such. */
export function spread(pods: Readonly<Record<string, string>>, onNodes: 'DoNotSchedule' | 'ScheduleAnyway') {
  const over = (topologyKey: string, whenUnsatisfiable: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector: { matchLabels: pods },
  });
  return [over('kubernetes.io/hostname', onNodes), over('topology.kubernetes.io/zone', 'ScheduleAnyway')];
}
