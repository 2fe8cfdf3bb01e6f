import type { Field, FieldTable } from './fields.ts'
import { REQUIRED_TEXT, TEXT } from './source-fields.ts'

const ALIAS: Field = {
  required: 'required',
  rule: {
    kind: 'text',
    pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/u,
    expected: 'lower-case letters, digits and -, at most 63',
  },
}
const AT_ALIAS: Field = {
  rule: { kind: 'text', pattern: /^@[a-z0-9-]+$/u, expected: 'an alias such as @app' },
}
// Each `..` could lead out of a source, or of the artifact.
const INSIDE = String.raw`(?:(?!(?:^|/)\.\.(?:/|$)).)*`

/** ArtifactGenerator, source.extensions.fluxcd.io/v1beta1 (source-watcher 2.2.4), field by field. */
export const ARTIFACT_GENERATOR_SPEC: FieldTable = {
  commonMetadata: {
    rule: { kind: 'ignored', why: 'it is for ExternalArtifact objects, of which none are written' },
  },
  pathPattern: {
    rule: { kind: 'not-yet', instead: 'list each artifact under spec.artifacts' },
  },
  sources: {
    required: 'required',
    rule: {
      kind: 'list',
      items: {
        kind: 'object',
        fields: {
          alias: ALIAS,
          kind: {
            required: 'required',
            rule: {
              kind: 'text',
              pattern: /^(?:GitRepository|OCIRepository|Bucket|HelmChart|ExternalArtifact)$/u,
              expected: 'GitRepository, OCIRepository, Bucket, HelmChart or ExternalArtifact',
            },
          },
          name: REQUIRED_TEXT,
          namespace: TEXT,
        },
      },
    },
  },
  artifacts: {
    required: 'required',
    rule: {
      kind: 'list',
      items: {
        kind: 'object',
        fields: {
          name: ALIAS,
          revision: AT_ALIAS,
          originRevision: AT_ALIAS,
          copy: {
            required: 'required',
            rule: {
              kind: 'list',
              items: {
                kind: 'object',
                fields: {
                  from: {
                    required: 'required',
                    rule: {
                      kind: 'text',
                      pattern: new RegExp(`^@[a-z0-9-]+/${INSIDE}$`, 'u'),
                      expected: '@alias/path, without ..',
                    },
                  },
                  to: {
                    required: 'required',
                    rule: {
                      kind: 'text',
                      pattern: new RegExp(`^@artifact/(?!/)${INSIDE}$`, 'u'),
                      expected: '@artifact/path, without ..',
                    },
                  },
                  exclude: {
                    rule: {
                      kind: 'list',
                      items: {
                        kind: 'text',
                        pattern: /^[^{}]*$/u,
                        expected: 'a pattern without {}: write one for each alternative',
                      },
                    },
                  },
                  strategy: {
                    rule: {
                      kind: 'text',
                      pattern: /^(?:Overwrite|Merge)$/u,
                      expected: 'Overwrite or Merge: Extract is not supported yet',
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
}
