// All three databases, with a mirror of tables that are hard to name and the three questions that their people ask.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { freePorts } from './free-ports.ts';
import { ForeignDatabase, type Trade, trades } from './newcomer/foreign-database.ts';
import { Newcomer } from './newcomer/newcomer.ts';
import { blocksOf } from './page-blocks.ts';

/** Names with blanks and reserved words, composite and natural keys, cascades. */
const mirrored: Readonly<Record<Trade, string>> = {
  retail: 'order,order_line,Supplier Master,Supplier Price,T_STK,returnItem',
  healthcare: 'Patient Master,Patient Address,Department,order,lab_result',
  hr: 'Employee Master,Cost Centre,leave_request,assignment',
};

const questionsOf = async (trade: Trade): Promise<string[]> => {
  const page = await readFile(join(import.meta.dirname, '../../examples', trade, 'README.md'), 'utf8');
  return blocksOf(page).flatMap(({ language, text }) => (language === 'sql' ? [text] : []));
};

const account = blocksOf(
  "```sql\nCREATE USER capture@'127.0.0.1' IDENTIFIED BY '…'; GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, BINLOG MONITOR, LOCK TABLES ON *.* TO capture@'127.0.0.1';\n```\n",
);

describe.each(trades)('a newcomer with the database of %s', (trade) => {
  it('comes to four proved services in twelve commands', async () => {
    await using database = await ForeignDatabase.open(trade);
    await using newcomer = await Newcomer.make(database, await freePorts(40));
    const run = (command: string) => newcomer.run(command);
    await newcomer.follow(account);
    await run('npm install ../banyan/.banyan/packages/*.tgz fast-check');
    await run(
      `SOURCE_DB_PASSWORD_FILE=../secret npx banyan init --database mariadb://capture@127.0.0.1:3306 --prefix ${trade}`,
    );
    await run(`npx banyan new service tables --tables '${mirrored[trade]}'`);
    const questions = await questionsOf(trade);
    expect(questions).toHaveLength(3);
    for (const [index, question] of questions.entries()) {
      await writeFile(join(newcomer.project.folder, `question-${index}.sql`), question);
      await run(`npx banyan new service question-${index} --select question-${index}.sql`);
      const declaration = join(newcomer.project.folder, `services/question-${index}/src/projection.ts`);
      expect(await readFile(declaration, 'utf8')).not.toContain("'all'");
    }
    await run('npx banyan up');
    for (const name of ['tables', 'question-0']) {
      const answer = JSON.parse(await run(`curl -s "$(npx banyan open ${name})?limit=2"`)) as { data: unknown[] };
      expect(answer.data.length).toBeGreaterThan(0);
    }
    await run('npx banyan prove');
    expect(await run("BANYAN_STACK=.banyan/local node --test 'services/*/src/*.test.ts'")).toMatch(/fail 0\n/);
    await run('npx banyan down');
    expect(newcomer.commands).toBeLessThanOrEqual(12);
  }, 900_000);
});
