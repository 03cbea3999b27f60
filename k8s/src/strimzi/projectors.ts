import { bootstrap, clusterCa, kafkaUserOf } from './bridge.ts';

interface Operation {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: unknown;
}

export interface Patch {
  readonly target: { readonly kind: string; readonly name: string };
  readonly operations: readonly Operation[];
}

const folders = { ca: '/run/secrets/kafka-ca', user: '/run/secrets/kafka' } as const;

/** What makes the base's pods reach this Kafka: its address, and for each projector and proof who it is and whose certificates it trusts. */
export function patches(services: readonly string[]): Patch[] {
  const brokers: Operation = { op: 'replace', path: '/data/KAFKA_BROKERS', value: bootstrap };
  return [{ target: { kind: 'ConfigMap', name: 'bridge' }, operations: [brokers] }, ...services.flatMap(readers)];
}

function readers(service: string): Patch[] {
  const env = {
    KAFKA_TLS_CA_FILE: `${folders.ca}/${clusterCa.key}`,
    KAFKA_SASL_USER: kafkaUserOf(service),
    KAFKA_SASL_PASSWORD_FILE: `${folders.user}/password`,
  };
  const mounted = [
    ['kafka-ca', clusterCa.secret, clusterCa.key, folders.ca],
    ['kafka-user', kafkaUserOf(service), 'password', folders.user],
  ] as const;
  const patch = (kind: string, role: string, pod: string): Patch => {
    const add = (path: string, value: unknown): Operation => ({ op: 'add', path: `${pod}${path}/-`, value });
    return {
      target: { kind, name: `${service}-${role}` },
      operations: [
        ...Object.entries(env).map(([name, value]) => add('/containers/0/env', { name, value })),
        ...mounted.map(([name, , , mountPath]) =>
          add('/containers/0/volumeMounts', { name, mountPath, readOnly: true }),
        ),
        ...mounted.map(([name, secretName, key]) =>
          add('/volumes', { name, secret: { secretName, items: [{ key, path: key }] } }),
        ),
      ],
    };
  };
  return [
    patch('Deployment', 'project', '/spec/template/spec'),
    patch('CronJob', 'prove', '/spec/jobTemplate/spec/template/spec'),
  ];
}
