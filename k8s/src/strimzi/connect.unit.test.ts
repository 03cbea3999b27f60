import { services } from '@banyan/cli';
import { describe, expect, it } from '@jest/globals';
import { captureOf } from './bridge.ts';
import { connect, kafkaConnector } from './connect.ts';

interface ConnectorSpec {
  readonly class: string;
  readonly tasksMax: number;
  readonly config: Readonly<Record<string, string>>;
}

interface WorkerSpec {
  readonly config: Readonly<Record<string, string>>;
  readonly template: {
    readonly pod: { readonly volumes: readonly { readonly name: string; readonly secret: { secretName: string } }[] };
    readonly connectContainer: {
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    };
  };
}

const capture = captureOf(await services());
const connector = kafkaConnector(capture);
const spec = connector.spec as unknown as ConnectorSpec;
const worker = connect(capture).find(({ kind }) => kind === 'KafkaConnect')!.spec as unknown as WorkerSpec;
const references = Object.values(capture.config).filter((value) => value.startsWith('$'));

describe('the KafkaConnector', () => {
  it('is what capture() puts by REST, setting for setting', () => {
    const { class: connectorClass, tasksMax, config } = spec;
    expect(connector.metadata.name).toBe(capture.name);
    expect({ 'connector.class': connectorClass, 'tasks.max': String(tasksMax), ...config }).toEqual(capture.config);
    // Strimzi refuses these there.
    for (const key of ['name', 'connector.class', 'tasks.max']) expect(config).not.toHaveProperty([key]);
  });

  it('has secrets by reference alone, to what the worker has mounted and may read', () => {
    expect(spec.config['database.password']).toMatch(/^\$\{directory:/);
    const { volumeMounts } = worker.template.connectContainer;
    const allowed = worker.config['config.providers.directory.param.allowed.paths']!.split(',');
    for (const reference of references) {
      const [, folder] = /^\$\{directory:([^:]+):[^:]+\}$/.exec(reference)!;
      const mount = volumeMounts.find(({ mountPath }) => mountPath === folder)!;
      expect(allowed).toContain(folder);
      expect(worker.template.pod.volumes.map(({ name }) => name)).toContain(mount.name);
    }
    expect(references).toHaveLength(3);
  });

  it('leaves the card number in its database', () => {
    expect(spec.config['column.exclude.list']).toBe('bank\\.cards\\.pan');
  });
});

describe('the worker', () => {
  it('lets a connector override what ours overrides, and nothing else', () => {
    const overridden = Object.keys(capture.config).flatMap((key) => /^producer\.override\.(.+)$/.exec(key)?.[1] ?? []);
    expect(worker.config['connector.client.config.override.policy']).toBe('Allowlist');
    expect(worker.config['connector.client.config.override.allowlist']!.split(',').sort()).toEqual(overridden.sort());
    expect(overridden.length).toBeGreaterThan(0);
  });

  it('sets nothing that Strimzi sets itself', () => {
    // As the field's description in the CRD has them.
    const forbidden =
      /^(group\.id|(config|offset|status)\.storage\.topic|ssl\.|sasl\.|security\.|listeners|plugin\.path|rest\.|bootstrap\.servers)/;
    expect(Object.keys(worker.config).filter((key) => forbidden.test(key))).toEqual([]);
    expect(worker.config).toMatchObject({ 'exactly.once.source.support': 'enabled' });
  });
});
