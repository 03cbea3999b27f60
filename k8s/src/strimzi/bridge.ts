import { project, type Service, tablesOf } from '@banyan/cli';
import { type Capture, capture } from '@banyan/connectors';
import { secretRef } from 'debezium-connect-client';

/** Names that the objects share; `kafka` is also what the objects of the plain overlays are called. */
export const kafkaCluster = 'kafka';
export const connectCluster = 'connect';
export const listener = { name: 'scram', port: 9093 } as const;
/** Strimzi names the Service after the cluster. */
export const bootstrap = `${kafkaCluster}-kafka-bootstrap:${listener.port}`;
/** Strimzi's Secret with the certificates that have signed the brokers', and its key. */
export const clusterCa = { secret: `${kafkaCluster}-cluster-ca-cert`, key: 'ca.crt' } as const;
export const replicas = 3;
export const topicPrefix = 'bank';

/** The Secret that Strimzi makes for a user bears the user's name. */
export const kafkaUserOf = (name: string): string => `${name}-kafka`;

/** What the worker's pods have mounted; Strimzi wants it below /mnt. */
export const mounts = {
  captureUser: '/mnt/source-db-capture',
  kafkaUser: '/mnt/connect-kafka',
  clusterCa: '/mnt/kafka-ca',
} as const;

/** The connector as `banyan` puts it by REST, with this Kafka's addresses and secrets by reference. */
export function captureOf(services: readonly Service[]): Capture {
  return capture({
    prefix: topicPrefix,
    database: {
      host: 'source-db',
      port: 3306,
      user: 'capture',
      password: secretRef('directory', mounts.captureUser, 'password'),
    },
    tables: tablesOf(services),
    withheld: project().withheld,
    kafka: [bootstrap],
    kafkaClient: {
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config': secretRef('directory', mounts.kafkaUser, 'sasl.jaas.config'),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': `${mounts.clusterCa}/${clusterCa.key}`,
    },
    registryUrl: 'http://registry:8080/apis/registry/v2',
    serverId: 5400,
    replicationFactor: replicas,
  });
}

/** What `capture` has in its configuration alone: the topic is Debezium's own. */
export const schemaHistoryOf = ({ config }: Capture): string => config['schema.history.internal.kafka.topic']!;
