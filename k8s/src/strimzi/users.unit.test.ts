import { type Service, services } from '@banyan/cli';
import { kafkaReads } from '@banyan/kit';
import { describe, expect, it } from '@jest/globals';
import { captureOf, topicPrefix } from './bridge.ts';
import type { KubeObject } from './objects.ts';
import { topics } from './topics.ts';
import { type Acl, connectUser, serviceUser, topicJobUser } from './users.ts';

const all = await services();
const capture = captureOf(all);
const aclsOf = ({ spec }: KubeObject): readonly Acl[] => (spec!.authorization as { acls: Acl[] }).acls;
const topicsIn = (acls: readonly Acl[], operation: Acl['operations'][number]) =>
  acls.flatMap(({ resource, operations }) =>
    resource.type === 'topic' && operations.includes(operation) ? [resource.name] : [],
  );
const topicNames = topics(capture).map(({ spec }) => spec!.topicName as string);
const shared = ['bank.transaction', 'bank.corrections', 'bank.histories', '__debezium-heartbeat.bank'];

describe.each(all.map((service) => [service.name, service] as const))('the user of %s', (name, service: Service) => {
  const acls = aclsOf(serviceUser(service));

  it('reads the topics of its own tables and those that all need, and nothing of others', () => {
    const own = service.projection.tables.map(({ source }) => `${topicPrefix}.${source}`);
    expect(topicsIn(acls, 'Read').sort()).toEqual([...own, ...shared].sort());
    expect(topicNames).toEqual(expect.arrayContaining(topicsIn(acls, 'Read')));
  });

  it('writes nothing, makes nothing, and joins its own groups alone', () => {
    expect(new Set(acls.flatMap(({ operations }) => operations))).toEqual(new Set(['Describe', 'Read']));
    expect(acls.filter(({ resource: { type, patternType } }) => type === 'topic' && patternType !== 'literal')).toEqual(
      [],
    );
    const groups = acls.flatMap(({ resource }) => (resource.type === 'group' ? [resource] : []));
    expect(groups).toEqual([{ type: 'group', name: `banyan-${name}.reader-`, patternType: 'prefix' }]);
    for (const other of all.filter((one) => one.name !== name))
      expect(kafkaReads(other.projection, topicPrefix).groups.startsWith(groups[0]!.name)).toBe(false);
  });
});

describe('the worker’s user', () => {
  const acls = aclsOf(connectUser(capture));

  it('writes all that is captured and its own topics, but no corrections and no histories', () => {
    expect(topicsIn(acls, 'Write').sort()).toEqual(
      topicNames.filter((topic) => !['bank.corrections', 'bank.histories'].includes(topic)).sort(),
    );
  });

  it('makes no topic: each is a KafkaTopic', () => {
    expect(acls.flatMap(({ operations }) => operations)).not.toContain('Create');
    expect(topicNames).toEqual(expect.arrayContaining(topicsIn(acls, 'Describe')));
  });
});

describe('the user of the topics’ job', () => {
  it('makes the topics of the capture, and reads none', () => {
    const acls = aclsOf(topicJobUser(capture));
    expect(topicsIn(acls, 'Create')).toEqual(capture.topics.map(({ topic }) => topic));
    expect(new Set(acls.flatMap(({ operations }) => operations))).toEqual(new Set(['Create', 'Describe']));
  });
});
