/** The tables of the ledger, as the migrations made them. `bigint` columns are read as `bigint`. */
export interface LedgerTables {
  readonly 'ledger.head': {
    readonly position: bigint
    readonly chain: Uint8Array
    readonly incarnation: number
  }
  readonly 'ledger.event': EventRow
  readonly 'ledger.command': {
    readonly id: string
    readonly digest: Uint8Array
    readonly first_position: bigint
    readonly last_position: bigint
  }
  readonly 'ledger.cursor': { readonly name: string; readonly position: bigint }
  readonly 'ledger.lease': {
    readonly resource: string
    readonly holder: string
    readonly epoch: bigint
    readonly until_ms: bigint
  }
  readonly 'ledger.parked': {
    readonly reactor: string
    readonly position: bigint
    readonly key: string
    readonly error: string
    readonly tries: number
    readonly at_ms: bigint
  }
  readonly 'ledger.blob': { readonly name: string; readonly bytes: Uint8Array }
}

export interface EventRow {
  readonly position: bigint
  readonly id: string
  readonly stream: string
  readonly version: bigint
  readonly type: string
  readonly schema: number
  readonly body: Uint8Array
  readonly meta: Uint8Array
  readonly writer: string
  readonly at_us: bigint
  readonly leaf: Uint8Array
  readonly chain: Uint8Array
}
