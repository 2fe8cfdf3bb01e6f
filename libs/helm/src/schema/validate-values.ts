import { type GoMap } from '@tidemark/go-template'
import { type ChartNode } from '../chart/chart.ts'
export function validateValues(_chart: ChartNode, _values: GoMap): void {}
