/**
 * A request the bank answers with an error: the HTTP status, a stable code for programs, and a message for people
 * that says what is wrong and what to do. Anything thrown that is not a Rejection is a fault of the bank itself.
 */
export class Rejection extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'Rejection';
    this.status = status;
    this.code = code;
  }
}
