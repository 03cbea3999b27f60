/** A time of MariaDB, whose session is in UTC. */
export const dateOf = (text: string): Date => new Date(`${text.replace(' ', 'T')}Z`);
