import { type Part, Stack, StackError } from '@banyan/stack';
import type { CliConfig } from './config.ts';
import { CliError } from './errors.ts';
import { type BankParts, bankParts, seenBankParts } from './parts/bank-parts.ts';
import { type FacadeParts, facadeParts } from './parts/facade-parts.ts';
import { issuerPart } from './parts/issuer.ts';
import { checksTokens, type ServiceParts, servicePartsIn } from './parts/service-parts.ts';
import { project } from './project/project.ts';
import { partsHere } from './project/source.ts';

/** The stack of the data folder and what runs around it. */
export interface Target {
  readonly stack: Stack;
  /** Null where the project has no bank. */
  readonly bank: BankParts | null;
  /** The development issuer's part, when the APIs check tokens. */
  readonly issuer: readonly Part[];
  readonly services: readonly ServiceParts[];
  /** Null where there is no bank to stand before. */
  readonly facade: FacadeParts | null;
  /** The processes around the stack, in the order in which they are started. */
  readonly around: readonly Part[];
  /** The real parts, then those around them. */
  readonly parts: readonly Part[];
}

/** As seen from another process. Throws CliError `not-started` when nothing was ever started in the data folder. */
export function openTarget({ stack: { dataDir } }: CliConfig): Target {
  try {
    const stack = Stack.open(dataDir);
    return targetOf(stack, project().hasBank ? seenBankParts(stack) : null);
  } catch (error) {
    if (!(error instanceof StackError && error.code === 'not-started')) throw error;
    const remedy = 'start one: banyan up; or name its data folder with BANYAN_DATA';
    throw new CliError('not-started', `there is no stack in ${dataDir}`, { remedy, cause: error });
  }
}

/** To be started; `rate` is the traffic's, in transactions a second. */
export async function startableTarget(stack: Stack, rate: number): Promise<Target> {
  return targetOf(stack, project().hasBank ? await bankParts(stack, rate) : null);
}

function targetOf(stack: Stack, bank: BankParts | null): Target {
  const services = servicePartsIn(stack);
  const issuer = checksTokens(stack) ? [issuerPart(stack)] : [];
  const facade = bank && facadeParts(stack, { bankUrl: bank.bankUrl, services });
  const roles = services.flatMap(({ api, projector }) => [api, projector]);
  const before = bank ? [bank.bank, bank.traffic] : [];
  const around = [...before, ...issuer, ...roles, ...(facade ? [facade.facade] : [])];
  return {
    stack,
    bank,
    issuer,
    services,
    facade,
    around,
    parts: [...partsHere().map((name) => stack.part(name)), ...around],
  };
}

/** Ends everything around the stack, whoever started it. */
export async function stopAround({ around }: Target, stopped: (name: string) => void = () => {}): Promise<void> {
  for (const part of [...around].reverse()) if (await part.stop()) stopped(part.name);
}

/** Throws CliError `not-running` when a part that the command needs does not run: asking it would only take longer to fail. */
export async function needs(part: Part): Promise<void> {
  if (await part.isRunning()) return;
  const what = (await part.hasDied()) ? `has ended; its log: banyan logs ${part.name}` : 'does not run';
  throw new CliError('not-running', `${part.name} ${what}`, { remedy: 'start it: banyan up' });
}
