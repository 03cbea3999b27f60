import { MARIADB_SOURCE_CLASS } from '../mariadb/source.ts';
import { type ConnectSubject, connectContract } from './contract.ts';
import { fakeConnect } from './fake-connect.ts';
import { binlogOffset, fakeMariaDb, javaTrace } from './samples.ts';

connectContract('fakeConnect', async (): Promise<ConnectSubject> => {
  const fake = await fakeConnect({
    plugin: {
      refuse: (config) => ({
        ...(config['database.port'] === '1' && { 'database.hostname': 'Unable to connect: refused' }),
        ...(config['max.batch.size'] === 'many' && {
          'max.batch.size': 'Invalid value many: Not a number of type INT',
        }),
      }),
      failAtStart: (config) => (config.converters === undefined ? undefined : javaTrace),
      offsetsAtStart: (config) => [{ partition: { server: config['topic.prefix'] ?? '' }, offset: binlogOffset }],
      topicsAtStart: (config) => [`__debezium-heartbeat.${config['topic.prefix']}`],
    },
  });
  return { url: fake.url, pluginClass: MARIADB_SOURCE_CLASS, config: fakeMariaDb, stop: fake.stop };
});
