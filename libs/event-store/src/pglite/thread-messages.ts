/** What the thread of the database is told as it starts. */
export interface ThreadStart {
  /** The directory with the files of the database; made where it is not there. */
  readonly files: string
}

/** One exchange in Postgres' protocol, or the wish that the database ends. */
export type ToThread = Uint8Array | 'close'

/** That it can be asked, the answer to one exchange (in the order of the exchanges), or that it has ended. */
export type FromThread = 'open' | 'closed' | Uint8Array | { readonly failure: string }
