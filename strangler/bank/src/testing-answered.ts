import type { ReadRoute } from '@banyan/strangler';

type Rows = Readonly<Record<string, unknown>>;

/** What a route answers, and what it asks for that, when the services have these rows by their paths. */
export async function answer(
  routes: readonly ReadRoute[],
  name: string,
  params: Readonly<Record<string, string>>,
  query: string,
  rows: Rows,
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
  return { asked, answer };
}

/** The same of an answer in JSON. */
export async function answered(
  routes: readonly ReadRoute[],
  name: string,
  params: Readonly<Record<string, string>>,
  query: string,
  rows: Rows,
) {
  const { asked, answer: given } = await answer(routes, name, params, query, rows);
  return { asked, status: given?.status, body: given && JSON.parse(given.body) };
}
