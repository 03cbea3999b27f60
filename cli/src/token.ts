import { type Arguments, type Command, type Context, text, wholeNumber } from './command.ts';
import { usage } from './errors.ts';
import { devIssuer } from './parts/issuer.ts';
import { openTarget } from './target.ts';
import { jsonLine } from './terminal/escape.ts';

export const token: Command = {
  summary: 'a bearer token for the services that banyan up --auth has started: for a customer, or a service account',
  help: `banyan token --customer ID | --service NAME --scope SCOPES [--for SECONDS]

  curl -H "authorization: Bearer $(banyan token --customer 7)" "$(banyan open accounts)"
                                  what customer 7 sees: his own
  banyan token --service reports --scope read:accounts,read:ledger-lines
                                  read:* for everything

It is signed with the key in the data folder's secrets/, and lasts an hour unless --for says otherwise. It goes to standard output and
nowhere else.`,
  options: {
    customer: { value: 'ID' },
    service: { value: 'NAME' },
    scope: { value: 'SCOPES' },
    for: { value: 'SECONDS' },
  },
  words: 0,
  run: runToken,
};

async function runToken({ output, config, json }: Context, args: Arguments): Promise<number> {
  const [customer, service, scope] = ['customer', 'service', 'scope'].map((name) => text(args, name));
  const life = { forS: wholeNumber(args, 'for', 3600, 1, 31_536_000) };
  if ((customer === undefined) === (service === undefined))
    throw usage('say who: either --customer ID or --service NAME');
  if ((service === undefined) !== (scope === undefined)) throw usage('--service and --scope go together');
  const issuer = await devIssuer(openTarget(config).stack);
  const signed =
    customer === undefined
      ? await issuer.serviceToken(service!, scope!.split(','), life)
      : await issuer.customerToken(customer, life);
  await output.line(json ? jsonLine({ command: 'token', ok: true, problems: [], token: signed }) : signed);
  return 0;
}
