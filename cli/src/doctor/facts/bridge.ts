import type { Capture } from '@banyan/connectors';
import { KitError } from '@banyan/kit';
import { kafkaJsTransport, topicSettings } from '@banyan/kit/transport';
import {
  ConnectClient,
  ConnectError,
  type ConnectorConfig,
  type ConnectorStatus,
  failureOf,
  type SourceOffset,
} from 'debezium-connect-client';
import { ifAny } from '../../connector/refusals.ts';
import type { ServerFacts } from './server.ts';
import type { NotSeen, Unseen } from './unseen.ts';

/** Where connector and topics are, and what they should be. */
export interface BridgePlace {
  readonly connectUrl: string;
  readonly basicAuth?: { readonly user: string; readonly password: string };
  readonly brokers: readonly string[];
  readonly capture: Capture;
}

export interface SeenTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

export interface BridgeFacts {
  readonly name: string;
  /** Null: the worker knows no connector of this name. */
  readonly connector: {
    readonly status: ConnectorStatus;
    /** With secrets: not for printing. */
    readonly config: ConnectorConfig;
    /** Why it FAILED. */
    readonly failure: ConnectError | undefined;
    readonly offset: SourceOffset['offset'] | undefined;
  } | null;
  readonly isProtected: boolean;
  readonly connectUrl: string;
  /** Null when Kafka could not be asked. */
  readonly topics: readonly SeenTopic[] | null;
  readonly wanted: Capture;
  readonly server: ServerFacts;
  readonly nowMs: number;
}

const connectLimitMs = 5000;

/** What is of the connector among the topics of a Kafka: its own, its tables', its history, its heartbeats. */
const belongsTo = (prefix: string, topic: string): boolean =>
  topic.startsWith(`${prefix}.`) || topic === `__debezium-heartbeat.${prefix}`;

/** Null when the worker cannot be asked, which is told to `unseen`: the rest of the doctor goes on. */
export async function bridgeFacts(
  { connectUrl, basicAuth, brokers, capture }: BridgePlace,
  server: ServerFacts,
  unseen: Unseen,
  signal: AbortSignal,
): Promise<BridgeFacts | null> {
  const connect = new ConnectClient({
    url: connectUrl,
    timeoutMs: connectLimitMs,
    retry: { attempts: 1 },
    ...(basicAuth && { basicAuth }),
  });
  const { name } = capture;
  try {
    const status = await ifAny(connect.status(name, { signal }));
    return {
      name,
      connector: status && (await connectorFacts(connect, status, signal)),
      isProtected: basicAuth !== undefined,
      connectUrl,
      topics: await topicFacts(brokers, name, unseen),
      wanted: capture,
      server,
      nowMs: Date.now(),
    };
  } catch (error) {
    unseen.push(away('connector and topics', error));
    return null;
  }
}

async function connectorFacts(connect: ConnectClient, status: ConnectorStatus, signal: AbortSignal) {
  const [config, offsets] = await Promise.all([
    connect.config(status.name, { signal }),
    connect.offsets(status.name, { signal }),
  ]);
  const own = offsets.find(({ partition }) => partition.server === config['topic.prefix']) ?? offsets[0];
  return { status, config, failure: failureOf(status, config), offset: own?.offset };
}

async function topicFacts(brokers: readonly string[], prefix: string, unseen: Unseen): Promise<SeenTopic[] | null> {
  const options = { brokers, clientId: 'banyan-doctor' };
  await using transport = kafkaJsTransport(options);
  try {
    const names = (await transport.topics()).filter((topic) => belongsTo(prefix, topic)).sort();
    if (names.length === 0) return [];
    const [ranges, settings] = [await transport.describe(names), await topicSettings(options, names)];
    return names.map((topic) => ({
      topic,
      partitions: ranges.get(topic)?.length ?? 0,
      settings: settings.get(topic) ?? {},
    }));
  } catch (error) {
    unseen.push(away('topics', error));
    return null;
  }
}

function away(what: string, error: unknown): NotSeen {
  if (error instanceof KitError || error instanceof ConnectError) return { what, why: error.message };
  throw error;
}
