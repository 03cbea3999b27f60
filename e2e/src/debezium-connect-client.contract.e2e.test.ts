import { MARIADB_SOURCE_CLASS } from 'debezium-connect-client';
import { connectContract } from 'debezium-connect-client/testing/contract';
import { suiteStack } from './bridge.ts';
import { bridgeWithRows, sourceOf } from './connect-client-bench.ts';

connectContract('the stack’s worker', async () => {
  const bridge = await bridgeWithRows('client_contract', 10);
  return {
    url: suiteStack().connectUrl,
    pluginClass: MARIADB_SOURCE_CLASS,
    config: sourceOf(bridge.name, 700_001),
    stop: () => bridge.close(),
  };
});
