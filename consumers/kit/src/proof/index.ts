export { Barrier, type BarrierOptions } from './barrier.ts';
export type { FoldingAgain } from './fold-again.ts';
export { differences, type Proof, type ProofProgress, type ProveOptions, prove, type TableProof } from './prove.ts';
export { type Repair, type RepairOptions, repair } from './repair.ts';
export { foldingBeside, scratchOf } from './scratch.ts';
