// The proof and the large transaction of every run, with a million rows each.
process.env.PROOF_ROWS ??= '1000000';
process.env.LARGE_ROWS ??= '1000000';
await import('./proof.e2e.test.ts');
await import('./large-transaction.e2e.test.ts');
