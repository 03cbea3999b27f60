import { Stack } from '@banyan/stack';

/** The real parts for int tests: the running stack whose data folder BANYAN_STACK names. */
export function testStack(): Stack {
  const dataDir = process.env.BANYAN_STACK;
  if (dataDir) return Stack.open(dataDir);
  throw new Error(
    'BANYAN_STACK is not set: this test wants a running stack; name its data folder (.banyan/local after banyan up), or run it through: make test',
  );
}
