import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { TrafficReport } from 'bank-monolith';
import { bankTables, openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { ServiceProcess } from './service-process.ts';

export interface Scenario {
  readonly bridge: Bridge;
  /** Starts a projector of this scenario, with a lease of one second unless told otherwise. */
  project(environment?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  /** Transfers at a steady rate until `stop`, or until the test ends. */
  traffic(rate: number): { stop(): Promise<TrafficReport> };
}

/** A bank that is captured, on databases and topics of its own, for the tests of one `describe`. */
export function bankScenario(
  name: string,
  options: { readonly keepServices?: boolean; readonly tables?: readonly string[] } = {},
): Scenario {
  let bridge: Bridge;
  let bank: RunningBank;
  const services: ServiceProcess[] = [];
  const running: { stop(): Promise<TrafficReport> }[] = [];

  const endServices = async () => {
    for (const service of services.splice(0)) await service.kill();
  };
  beforeAll(async () => {
    bridge = await openBridge(name);
    bank = await openBank(bridge);
    await bridge.capture([...bankTables, ...(options.tables ?? [])]);
  }, 180_000);
  afterEach(async () => {
    for (const traffic of running.splice(0)) await traffic.stop();
    if (!options.keepServices) await endServices();
  });
  afterAll(async () => {
    await endServices();
    await bank?.close();
    await bridge?.close();
  });

  return {
    get bridge() {
      return bridge;
    },
    project: async (environment = {}) => {
      const service = await ServiceProcess.start('project', {
        ...bridge.environment,
        LEASE_MS: '1000',
        ...environment,
      });
      services.push(service);
      return service;
    },
    traffic: (rate) => {
      const traffic = bank.traffic(rate);
      running.push(traffic);
      return traffic;
    },
  };
}
