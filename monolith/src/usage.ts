/** What `--help` prints. */
export const USAGE = `A bank: customers, accounts, cards, transfers, a ledger. Express in front, MariaDB behind.

  node src/main.ts serve      answer HTTP; creates the database and its tables where absent
  node src/main.ts seed       fill an empty bank with invented customers
      --seed N                which customers (default 1); the same seed gives the same rows
      --customers N           how many (default 1000), with accounts, cards, logins and all else
  node src/main.ts traffic    order transfers from a bank that answers
      --url URL               which bank (default http://127.0.0.1:$BANK_PORT)
      --rate N                orders per second to aim at (default 200)
      --clients N             kept-alive connections (default 8)
      --for TIME              how long: 500ms, 10s, 2m (default 10s)
      --orders N              stop after so many orders
      --seed N                which orders, in which sequence (default 1)
      --mix full              the whole of a bank's business, straight in the database (default transfers, over HTTP)
  node src/main.ts nightly    pay standing orders; interest, fees and the next business day in ONE transaction
      --rows N                write at least so many rows of daily interest, days are caught up for it (default 100000)
  node src/main.ts purge      delete old sessions, page actions, login attempts, paid interest, customers who left
      --older-than DAYS       what has been over for more days than that (default 30)

Environment (all but traffic over HTTP):
  BANK_HOST         address to listen on (127.0.0.1)
  BANK_PORT         port there (8012; 0 takes a free one and says which)
  BANK_DB_HOST      database host (127.0.0.1)
  BANK_DB_PORT      database port (3306)
  BANK_DB_USER      database account; must be set
  BANK_DB_PASSWORD  its password; must be set, may be empty
  BANK_DB_NAME      database name (bank)

Start one from nothing:
  export BANK_DB_USER=bank BANK_DB_PASSWORD=...
  node src/main.ts seed
  node src/main.ts serve &
  curl -s http://127.0.0.1:8012/accounts/1
  curl -s http://127.0.0.1:8012/transfers -H 'Content-Type: application/json' \\
       -H 'Idempotency-Key: rent-2012-07' -d '{"from": 1, "to": 2, "amount": "12.50", "purpose": "Rent"}'
  node src/main.ts traffic --rate 200 --for 10s

The bank answers:
  POST /transfers {from, to, amount, purpose?, reference?}
       201 booked; 200 the same reference ordered the same before, nothing booked now; 400 malformed;
       404 unknown_account; 409 reference_in_use (by a different order);
       422 insufficient_funds, currency_mismatch, account_closed, balance_limit;
       503 busy, outcome_unknown, database_unavailable
  GET  /accounts?after=ID&limit=N             a page of all accounts
  GET  /accounts/:id
  GET  /accounts/:id/ledger?after=ID&limit=N  a page of its lines in booking order
  GET  /customers?name=BEGINNING&after=ID&limit=N  a page of those whose names begin so
  GET  /customers/:id
  GET  /customers/:id/overview                the customer with accounts and their months, as a page
  PUT  /customers/:id/contact                   {"email":"a@example.org","city":"Bern"}: where somebody can be reached
  GET  /health
  GET  /web/login  and from there accounts, statement, transfer, cards, profile, as pages
       a seeded customer N has the password sesame-N; login names are in the table web_logins
  The same in JSON, with Authorization: Bearer and the token of the login:
  POST /api/login {name, password}, /api/logout, /api/transfers {from, iban, amount, purpose?, reference?},
       /api/cards/:id {status}, /api/profile {email, street, postcode, city, marketing}
  GET  /api/accounts, /api/accounts/:id, /api/cards, /api/profile
Money is decimal text ("12.5000"), times are UTC, an error is {"error": {"code", "message"}}.
A page's "next" is the ?after= of the following page, null at the end.
SIGTERM or SIGINT ends serve once the requests it has are answered; it ends traffic with its report.

Exit code: 0 done (also when the bank was seeded before with the same seed and size), 1 failed, 2 wrong arguments
or environment.`;
