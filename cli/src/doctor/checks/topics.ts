import type { BridgeFacts, SeenTopic } from '../facts/bridge.ts';
import type { Check, Place } from '../finding.ts';

const page = 'reference/doctor.md#connector-and-topics';

/** The largest message of Banyan's connector. */
const largest = 'producer.override.max.request.size';

const among = ({ topics, connector }: BridgeFacts, find: (topic: SeenTopic) => string | null): Place[] =>
  (connector ? (topics ?? []) : []).flatMap((topic) => {
    const what = find(topic);
    return what === null ? [] : [{ where: `topic ${topic.topic}`, what }];
  });

/** Heartbeats may go; all else is what happened. */
const isKept = ({ topic }: SeenTopic): boolean => !topic.startsWith('__debezium-heartbeat.');

/** Debezium gives its schema history the largest number there is. */
const isForever = (limit: string): boolean => Number(limit) < 0 || Number(limit) > 1e17;

export const topicChecks: readonly Check<BridgeFacts>[] = [
  {
    code: 'topic-missing',
    severity: 'error',
    traps: [18, 23],
    is: 'a topic of the connector that is not there',
    happens:
      'what was in it is gone; the connector says RUNNING and writes nothing, or does not start without its schema history',
    remedy: 'capture anew; of the schema history alone: recover it',
    page: 'reference/faults.md#when-the-source-or-its-capture-is-in-trouble',
    find: ({ topics, connector, name }) => {
      if (!connector || !topics) return [];
      const history = connector.config['schema.history.internal.kafka.topic'];
      const own = [...(history === undefined ? [] : [history]), `${name}.transaction`];
      return own
        .filter((one) => !topics.some(({ topic }) => topic === one))
        .map((topic) => ({ where: `topic ${topic}` }));
    },
  },
  {
    code: 'topic-partitions',
    severity: 'error',
    traps: [12, 23],
    is: 'a topic of more than one partition',
    happens: 'of several partitions nobody knows the order: transactions, TRUNCATE and changed keys come out of theirs',
    remedy: 'capture anew with one partition for each topic',
    page,
    find: (facts) => among(facts, ({ partitions }) => (partitions === 1 ? null : `${partitions} partitions`)),
  },
  {
    code: 'topic-expires',
    severity: 'error',
    traps: [5, 23],
    is: 'a topic whose messages go away with time',
    happens:
      'a read model that is filled later lacks rows (log-truncated); without its schema history the connector does not start',
    remedy: 'set retention.ms=-1 and retention.bytes=-1',
    page,
    find: (facts) =>
      among(facts, (topic) => {
        const limits = ['retention.ms', 'retention.bytes'].filter((name) => !isForever(topic.settings[name] ?? '-1'));
        return !isKept(topic) || limits.length === 0
          ? null
          : limits.map((name) => `${name} is ${topic.settings[name]}`).join(', ');
      }),
  },
  {
    code: 'topic-compacted',
    severity: 'error',
    traps: [5],
    is: 'a topic that is compacted',
    happens: 'of a key only the newest message stays: transactions lose rows, and projectors stop',
    remedy: 'set cleanup.policy=delete, and capture anew when it was compacted already',
    page,
    find: (facts) =>
      among(facts, (topic) =>
        isKept(topic) && /compact/.test(topic.settings['cleanup.policy'] ?? '')
          ? `cleanup.policy is ${topic.settings['cleanup.policy']}`
          : null,
      ),
  },
  {
    code: 'topic-messages-small',
    severity: 'warning',
    traps: [11],
    is: 'a topic that takes smaller messages than the connector sends',
    happens: 'the task fails at the first row that is larger',
    remedy: 'set max.message.bytes of the topic, or message.max.bytes of the broker, to what the connector may send',
    page,
    find: (facts) => {
      const size = Number(facts.connector?.config[largest] ?? facts.wanted.config[largest] ?? 1_048_576);
      return among(facts, (topic) => {
        const limit = Number(topic.settings['max.message.bytes'] ?? Number.POSITIVE_INFINITY);
        return isKept(topic) && limit < size ? `max.message.bytes is ${limit}, and ${size} may come` : null;
      });
    },
  },
];
