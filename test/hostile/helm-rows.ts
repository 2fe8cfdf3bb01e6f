import type { HostileEngine } from './engine.ts'
import { archiveRows, chartRows } from './helm-archive-rows.ts'
import { notesOf } from './helm-chart.ts'
import { schemaRows } from './helm-schema-rows.ts'
import { depthRows, memoryRows, reachRows } from './helm-template-rows.ts'
import { dearRows, fuelRows } from './helm-fuel-rows.ts'
import { valuesRows } from './helm-values-rows.ts'

/** Rows of the list of hostile inputs that concern charts, and inputs like them. */
export const helm: HostileEngine = {
  rows: [
    ...valuesRows(),
    ...memoryRows(),
    ...fuelRows(),
    ...dearRows(),
    ...depthRows(),
    ...reachRows(),
    ...archiveRows(),
    ...chartRows(),
    ...schemaRows(),
  ],
  checkGood: () => {
    const answer = notesOf({ 'templates/NOTES.txt': '{{ .Release.Name | upper }}' })
    if (answer !== 'SHOP') throw new Error(`a good chart gives ${answer}`)
  },
}
