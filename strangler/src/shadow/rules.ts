import type { Format } from './formats.ts';
import type { Tolerances } from './tolerances.ts';

/** What is declared about one place. */
export interface Rules {
  readonly ignored: boolean;
  readonly unordered: boolean;
  /** Here or above. */
  readonly secret: boolean;
  readonly format: Format | null;
  /** The patterns' branches that lead here. */
  readonly branches: readonly Branch[];
}

interface Branch {
  readonly members: Map<string, Branch>;
  ignored: boolean;
  unordered: boolean;
  secret: boolean;
  format: Format | null;
}

const nothing: Rules = { ignored: false, unordered: false, secret: false, format: null, branches: [] };
const known = new WeakMap<Tolerances, Rules>();

/**
 * The rules of the whole body. Throws when a place is no JSON pointer, or names an index of an array whose order says nothing:
 * whoever declares a route calls it once, so that no comparison finds out.
 */
export function rulesOf(tolerances: Tolerances): Rules {
  const found = known.get(tolerances) ?? atBranches([grown(tolerances)], false);
  known.set(tolerances, found);
  return found;
}

/** The rules of a member or an index; null stands for any index of an array whose order says nothing. */
export function below(rules: Rules, name: string | null): Rules {
  if (rules.branches.length === 0) return rules.secret ? { ...nothing, secret: true } : nothing;
  const branches: Branch[] = [];
  for (const { members } of rules.branches) {
    for (const key of name === null || name === '*' ? ['*'] : [name, '*']) {
      const branch = members.get(key);
      if (branch) branches.push(branch);
    }
  }
  return atBranches(branches, rules.secret);
}

function atBranches(branches: readonly Branch[], secretAbove: boolean): Rules {
  return {
    ignored: branches.some(({ ignored }) => ignored),
    unordered: branches.some(({ unordered }) => unordered),
    secret: secretAbove || branches.some(({ secret }) => secret),
    format: branches.find(({ format }) => format !== null)?.format ?? null,
    branches,
  };
}

function grown({ ignored = [], unordered = [], formats = {}, secret = [] }: Tolerances): Branch {
  const root = newBranch();
  for (const pointer of ignored) branchAt(root, pointer, 'ignored').ignored = true;
  for (const pointer of unordered) branchAt(root, pointer, 'unordered').unordered = true;
  for (const pointer of secret) branchAt(root, pointer, 'secret').secret = true;
  for (const [pointer, format] of Object.entries(formats)) branchAt(root, pointer, 'formats').format = format;
  refuseIndexes(root, [root], '');
  return root;
}

function branchAt(root: Branch, pointer: string, list: string): Branch {
  if (!/^(\/([^~/]|~[01])*)*$/.test(pointer))
    throw new Error(
      `tolerances, ${list}: '${pointer}' is no JSON pointer; write it like /lines/*/amount, with ~0 for ~ and ~1 for /`,
    );
  let branch = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const next = branch.members.get(name) ?? newBranch();
    branch.members.set(name, next);
    branch = next;
  }
  return branch;
}

/** `along` are all branches that can stand for the same place as `branch`, which `*` and a name do. */
function refuseIndexes(branch: Branch, along: readonly Branch[], pointer: string): void {
  for (const [name, next] of branch.members) {
    const place = `${pointer}/${name}`;
    if (/^[0-9]+$/.test(name) && along.some(({ unordered }) => unordered))
      throw new Error(`tolerances: ${place} names an element of an array whose order says nothing; write ${pointer}/*`);
    const same = along.flatMap(({ members }) => (name === '*' ? [...members.values()] : named(members, name)));
    refuseIndexes(next, same, place);
  }
}

function named(members: ReadonlyMap<string, Branch>, name: string): Branch[] {
  return [members.get(name), members.get('*')].filter((branch) => branch !== undefined);
}

function newBranch(): Branch {
  return { members: new Map(), ignored: false, unordered: false, secret: false, format: null };
}
