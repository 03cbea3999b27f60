import type { Problems } from './problems.ts';
import type { ErrorSettings, TopicCreationSettings } from './settings.ts';

export const INT_MAX = 2_147_483_647;

export function checkTopicCreation(
  { default: fallback, groups = {} }: TopicCreationSettings,
  problems: Problems,
): void {
  for (const [group, settings] of Object.entries({ ...groups, default: fallback })) {
    for (const [name, value] of [
      ['replication.factor', settings.replicationFactor],
      ['partitions', settings.partitions],
    ] as const) {
      if (value !== -1) problems.wholeNumber(`topic.creation.${group}.${name}`, value, 1, INT_MAX);
    }
  }
  for (const [group, { include }] of Object.entries(groups)) {
    if (!/^[\w-]+$/.test(group) || group === 'default')
      problems.add('topic.creation.groups', `"${group}" cannot be a group’s name`);
    if (include.length === 0) problems.add(`topic.creation.${group}.include`, 'the list is empty');
  }
}

export function checkErrors(errors: ErrorSettings | undefined, problems: Problems): void {
  problems.wholeNumber('errors.retry.timeout', errors?.retryTimeoutMs, -1);
  problems.wholeNumber('errors.retry.delay.max.ms', errors?.retryDelayMaxMs, -1);
  problems.wholeNumber('errors.max.retries', errors?.maxRetries, -1, INT_MAX);
}
