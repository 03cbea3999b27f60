import { demo, down } from './demo.ts';

const usage = `banyan: reads a monolith's database log into read models, one service at a time

  banyan demo   start the bank, the bridge and one service; follow a transfer from commit to answer; stays until Ctrl-C
                (ONCE=1, or no terminal: ends after the story)
  banyan down   end whatever a demo has left running; its data stay

Environment: BANYAN_PORT_BASE (default 27600: twelve ports from there), BANYAN_DATA (default .banyan/demo),
BANYAN_CACHE (default ~/.cache/banyan), JAVA_HOME`;

const commands: Readonly<Record<string, () => Promise<void>>> = { demo, down };
const [name, ...rest] = process.argv.slice(2);
const command = name !== undefined && Object.hasOwn(commands, name) && rest.length === 0 ? commands[name] : undefined;
if (command) {
  await command().catch((error: Error & { code?: string }) => {
    console.error(`\nbanyan ${name}: ${error.message}`);
    process.exitCode = error.code === 'interrupted' ? 130 : 1;
  });
} else {
  const asked = name === '--help' || name === '-h' || rest.includes('--help');
  (asked ? console.log : console.error)(usage);
  process.exitCode = asked ? 0 : 2;
}
