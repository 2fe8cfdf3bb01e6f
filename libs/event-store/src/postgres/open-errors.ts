import { OperatingError, type Retry } from '@tidemark/kernel'

/** A migration in the database is another one than this build has under its number. */
export class MigrationRefused extends OperatingError {
  readonly code: string = 'migration-refused'
  readonly retry: Retry = 'never'

  constructor(number: number, name: string) {
    super(
      `cannot open the ledger: migration ${number} (${name}) was applied with other statements than ` +
        'this build has; run a build of the same line as the one that applied it',
    )
  }
}

/** Another process works on the directory. Two at once would each lose what the other one wrote. */
export class DirectoryInUse extends OperatingError {
  readonly code: string = 'directory-in-use'
  readonly retry: Retry = 'never'
  readonly pid: number | undefined

  constructor(dir: string, pid: number | undefined) {
    const owner = pid === undefined ? 'another process' : `process ${pid}`
    super(`cannot open ${dir}: ${owner} has it open; stop it first, or use another directory`)
    this.pid = pid
  }
}

/** The directory was written by a database that this build cannot read. */
export class WrongDatabaseVersion extends OperatingError {
  readonly code: string = 'wrong-database-version'
  readonly retry: Retry = 'never'
}

/** The server does not keep what it acknowledges, or lacks a right that the ledger needs. */
export class UnfitDatabase extends OperatingError {
  readonly code: string = 'unfit-database'
  readonly retry: Retry = 'never'
}

/** The database in this process has stopped. What it has acknowledged is on disk; a new start goes on from there. */
export class DatabaseLost extends OperatingError {
  readonly code: string = 'database-lost'
  readonly retry: Retry = 'later'

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(
      `the database of this process has stopped: ${why}; start again, what it acknowledged is on disk`,
      { cause },
    )
  }
}
