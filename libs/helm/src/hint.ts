import { type HelmError, type HelmErrorCode } from './helm-error.ts'

const HINTS: Readonly<Partial<Record<HelmErrorCode, string>>> = {
  CHART_KUBE_VERSION:
    'say which version of Kubernetes it is for, or take a version of the chart that allows this one',
  CHART_SIZE: 'take the file out of the chart, or name it in .helmignore',
  CHART_DEPTH: 'flatten what nests so deep',
  SCHEMA: 'change these values, or take out what sets them',
  TEMPLATE: 'mend the template at that line, or the values that it reads there',
  MANIFEST: 'mend the indentation and quotes of that template, or the values that it prints',
}

/** What to do about a refusal where Helm's own text, which `message` keeps, does not say it. */
export function hintOf(error: HelmError): string | undefined {
  return HINTS[error.code]
}
