import { services } from '@banyan/cli';
import { describe, expect, it } from '@jest/globals';
import { captureOf, replicas } from './bridge.ts';
import { kafka } from './kafka.ts';
import { topics } from './topics.ts';

const capture = captureOf(await services());

describe('the topics', () => {
  it('are those of the capture as it makes them, the schema history and the worker’s own', () => {
    const made = new Map(topics(capture).map(({ spec }) => [spec!.topicName, spec]));
    for (const { topic, partitions, replicationFactor, config } of capture.topics)
      expect(made.get(topic)).toEqual({ topicName: topic, partitions, replicas: replicationFactor, config });
    const others = [...made.keys()].filter((name) => !capture.topics.some(({ topic }) => topic === name));
    expect(others.sort()).toEqual(['bank.schema-history', 'connect-configs', 'connect-offsets', 'connect-status']);
  });

  it('never expire and are never compacted, but the worker’s own and heartbeats', () => {
    for (const { spec } of topics(capture)) {
      const { topicName, config } = spec as { topicName: string; config: Record<string, string> };
      const want = topicName.startsWith('connect-')
        ? { 'cleanup.policy': 'compact' }
        : { 'cleanup.policy': 'delete', 'retention.ms': topicName.startsWith('__') ? '3600000' : '-1' };
      expect({ topicName, config }).toMatchObject({ topicName, config: want });
    }
  });

  it('have names that Kubernetes takes, and no two the same', () => {
    const names = topics(capture).map(({ metadata }) => metadata.name);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    const [first] = capture.topics;
    const twin = { ...first!, topic: 'bank_transaction' };
    const other = { ...first!, topic: 'bank-transaction' };
    expect(() => topics({ ...capture, topics: [twin, other] })).toThrow(
      'topics bank_transaction, bank-transaction would all be the KafkaTopic bank-transaction',
    );
  });
});

describe('the cluster', () => {
  const [cluster, ...pools] = kafka();
  const { listeners, authorization, config } = cluster!.spec!.kafka as Readonly<Record<string, unknown>>;

  it('goes on with one broker of three away, and loses nothing with it', () => {
    expect(pools.map(({ spec }) => spec!.replicas)).toEqual([replicas, replicas]);
    const values = config as Readonly<Record<string, unknown>>;
    for (const [key, value] of Object.entries(values)) {
      if (key.endsWith('replication.factor')) expect({ [key]: value }).toEqual({ [key]: replicas });
      if (/min\.(isr|insync\.replicas)$/.test(key)) expect({ [key]: value }).toEqual({ [key]: replicas - 1 });
    }
    expect(values).toMatchObject({ 'min.insync.replicas': 2, 'transaction.state.log.min.isr': 2 });
    expect(values).toMatchObject({ 'auto.create.topics.enable': false, 'message.max.bytes': 20_971_520 });
  });

  it('is reached over TLS by name alone', () => {
    expect(authorization).toEqual({ type: 'simple' });
    expect(listeners).toEqual([expect.objectContaining({ tls: true, authentication: { type: 'scram-sha-512' } })]);
  });
});
