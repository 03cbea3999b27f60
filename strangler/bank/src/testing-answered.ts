import type { ReadRoute } from '@banyan/strangler';

/** What a route answers, and what it asks for that, when the services have these rows by their paths. */
export async function answered(
  routes: readonly ReadRoute[],
  name: string,
  params: Readonly<Record<string, string>>,
  query: string,
  rows: Readonly<Record<string, unknown>>,
) {
  const asked: string[] = [];
  const route = routes.find((one) => one.name === name)!;
  const answer = await route.answer(
    { params, query: new URLSearchParams(query), headers: {} },
    async (service, path) => {
      asked.push(`${service} ${path}`);
      const data = rows[path.split('?')[0]!];
      return data === undefined ? { status: 404, body: {} } : { status: 200, body: { data } };
    },
  );
  return { asked, status: answer?.status, body: answer && JSON.parse(answer.body) };
}
