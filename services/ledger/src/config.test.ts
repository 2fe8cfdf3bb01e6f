import { expect, test } from 'vitest'
import { readLedgerConfig } from './config.ts'

const url = 'postgres://ledger:secret@db/ledger'

test('the embedded form keeps its events in a directory', () => {
  expect(readLedgerConfig({ TIDEMARK_LEDGER_DIR: '/data/ledger' }, 'embedded').store).toEqual({
    kind: 'pglite',
    dataDir: '/data/ledger',
  })
  expect(() => readLedgerConfig({}, 'embedded')).toThrow('TIDEMARK_LEDGER_DIR is not set')
})

test('the platform form needs Postgres, with TLS', () => {
  expect(() => readLedgerConfig({ TIDEMARK_LEDGER_DIR: '/data' }, 'platform')).toThrow(
    'TIDEMARK_POSTGRES_URL is not set',
  )
  const off = { TIDEMARK_POSTGRES_URL: url, TIDEMARK_POSTGRES_TLS: 'off' }
  expect(() => readLedgerConfig(off, 'platform')).toThrow('the platform form needs TLS')
  expect(readLedgerConfig({ TIDEMARK_POSTGRES_URL: url }, 'platform').store).toEqual({
    kind: 'postgres',
    url,
    tls: { kind: 'verified' },
  })
})

test('what the bus keeps of the log has bounds', () => {
  const env = { TIDEMARK_LEDGER_DIR: '/data', TIDEMARK_LOG_STREAM_REPLICAS: '9' }
  expect(() => readLedgerConfig(env, 'embedded')).toThrow('TIDEMARK_LOG_STREAM_REPLICAS')
  expect(readLedgerConfig({ TIDEMARK_LEDGER_DIR: '/data' }, 'embedded').logStream).toEqual({
    replicas: 1,
    bytesMax: 4 * 1024 ** 3,
    ageMaxMs: 14 * 86_400_000,
  })
})
