import type { Feeds } from './page-server.ts';
import type { Told } from './told.ts';

/** Feeds that a test speaks through; who comes later is told the last of it. */
export interface TestingFeeds {
  readonly feeds: Feeds;
  tell<Name extends keyof Told>(name: Name, told: Told[Name]): void;
}

export function testingFeeds(): TestingFeeds {
  const all: { readonly [Name in keyof Told]: TestingFeed<Told[Name]> } = {
    status: new TestingFeed(),
    stops: new TestingFeed(),
    topics: new TestingFeed(),
    transactions: new TestingFeed(),
  };
  return {
    feeds: {
      status: (tell) => all.status.follow(tell),
      stops: (tell) => all.stops.follow(tell),
      topics: (tell) => all.topics.follow(tell),
      transactions: (tell) => all.transactions.follow(tell),
    },
    tell: (name, told) => all[name].tell(told),
  };
}

class TestingFeed<T> {
  readonly #followers = new Set<(told: T) => void>();
  #last: T | null = null;

  follow(tell: (told: T) => void): () => void {
    this.#followers.add(tell);
    if (this.#last !== null) tell(this.#last);
    return () => void this.#followers.delete(tell);
  }

  tell(told: T): void {
    this.#last = told;
    for (const follower of this.#followers) follower(told);
  }
}
