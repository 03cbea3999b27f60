import type { FlatConfig } from './flat-config.ts';
import { type NamePattern, patternList } from './names.ts';
import type {
  ConverterSettings,
  ErrorSettings,
  ExactlyOnceSettings,
  TopicCreationSettings,
  TopicSettings,
} from './settings.ts';

export function setTopicCreation(flat: FlatConfig, { default: fallback, groups = {} }: TopicCreationSettings): void {
  const names = Object.keys(groups);
  flat.set('topic.creation.groups', names.length === 0 ? undefined : names.join(','));
  setTopicGroup(flat, 'default', fallback);
  for (const [name, { include, exclude, ...settings }] of Object.entries(groups)) {
    flat.setEach({
      [`topic.creation.${name}.include`]: patternList(include),
      [`topic.creation.${name}.exclude`]: listed(exclude),
    });
    setTopicGroup(flat, name, settings);
  }
}

function setTopicGroup(
  flat: FlatConfig,
  name: string,
  { replicationFactor, partitions, config }: Partial<TopicSettings>,
): void {
  flat.setEach({
    [`topic.creation.${name}.replication.factor`]: replicationFactor,
    [`topic.creation.${name}.partitions`]: partitions,
  });
  flat.setUnder(`topic.creation.${name}`, config);
}

export function setExactlyOnce(flat: FlatConfig, exactlyOnce: ExactlyOnceSettings | undefined): void {
  flat.setEach({
    'exactly.once.support': exactlyOnce?.support,
    'transaction.boundary': exactlyOnce?.transactionBoundary,
    'transaction.boundary.interval.ms': exactlyOnce?.transactionBoundaryIntervalMs,
  });
}

/** For sources and sinks alike: those of one alone are undefined for the other. */
export function setErrors(flat: FlatConfig, errors: ErrorSettings | undefined): void {
  flat.setEach({
    'errors.tolerance': errors?.tolerance,
    'errors.retry.timeout': errors?.retryTimeoutMs,
    'errors.retry.delay.max.ms': errors?.retryDelayMaxMs,
    'errors.log.enable': errors?.logEnable,
    'errors.log.include.messages': errors?.logIncludeMessages,
    'errors.max.retries': errors?.maxRetries,
  });
}

export function setConverter(flat: FlatConfig, key: string, converter: ConverterSettings | undefined): void {
  flat.set(key, converter?.class);
  flat.setUnder(key, converter?.settings);
}

/** Undefined for no list. */
export function listed(patterns: readonly NamePattern[] | undefined): string | undefined {
  return patterns === undefined ? undefined : patternList(patterns);
}
