import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@banyan/stack';
import { runTool } from '@banyan/stack/fetching';
import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { promtool } from '../monitoring/promtool.ts';
import { inFlight } from './in-flight.ts';

const series = (labels: string, values: string) => ({
  series: `http_server_request_duration_seconds_sum{app_kubernetes_io_component="serve",${labels}}`,
  values,
});

it('counts what is in flight on all pods of a service, and no stream, and nobody else’s', async () => {
  const { cacheDir } = readConfig(process.env, { root: tmpdir(), purpose: 'test', portBase: 28_700 });
  const program = await promtool({ cacheDir, say: (text) => console.error(text) });
  const folder = await mkdtemp(join(tmpdir(), 'banyan-in-flight-'));
  try {
    const file = join(folder, 'in-flight.yaml');
    const one = 'app_kubernetes_io_name="accounts",http_route="/accounts/:id"';
    const test = {
      interval: '15s',
      input_series: [
        // Three requests at any time on one pod, half a one on the other.
        series(`${one},pod="a"`, '0+45x20'),
        series(`${one},pod="b"`, '0+7.5x20'),
        series('app_kubernetes_io_name="accounts",http_route="/accounts/changes",pod="a"', '0x13 9000x10'),
        series('app_kubernetes_io_name="customer-search",http_route="/customers",pod="c"', '0+900x20'),
        {
          series: `http_server_request_duration_seconds_sum{${one},app_kubernetes_io_component="project"}`,
          values: '0+9x20',
        },
      ],
      promql_expr_test: [{ expr: inFlight('accounts'), eval_time: '4m', exp_samples: [{ labels: '{}', value: 3.5 }] }],
    };
    await writeFile(file, stringify({ evaluation_interval: '15s', fuzzy_compare: true, tests: [test] }));
    const { code, lines } = await runTool([program, file]);
    expect(code === 0 ? [] : lines).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 900_000);
