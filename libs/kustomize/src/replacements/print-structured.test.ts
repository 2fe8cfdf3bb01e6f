import { memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { buildKustomization } from '../build-kustomization.ts'

const KUSTOMIZATION = `resources: [a.yaml]
replacements:
- sourceValue: db.prod
  targets:
  - select: {kind: ConfigMap, name: a}
    fieldPaths: [data.config\\.yaml.server.host, "data.config\\\\.yaml.server.peers.[name=b].host"]
- source: {kind: ConfigMap, name: s, fieldPath: data.port}
  targets:
  - select: {kind: ConfigMap, name: a}
    fieldPaths: [data.config\\.yaml.server.port, data.config\\.yaml.server.text]
`

const OBJECTS = `apiVersion: v1
kind: ConfigMap
metadata: {name: s}
data: {port: "9090"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  config.yaml: |
    # What the server listens to.
    version: "1.0"

    server:
        # the host
        host: db.test # keep
        port: 8080
        text: 'old'
        flags: {debug: true, names: [a, b]}

        peers:
            - name: a
              host: "one"   # quoted
            # the second
            - name: b
              host: two

    zone: eu
    banner: |
        # no comment
        hello
`

// What kustomize 5.8.2 prints.
const BUILT = `apiVersion: v1
data:
  config.yaml: |-
    # What the server listens to.
    version: "1.0"
    server:
      # the host
      host: db.prod # keep
      port: 9090
      text: '9090'
      flags: {debug: true, names: [a, b]}
      peers:
      - name: a
        host: "one" # quoted
      # the second
      - name: b
        host: db.prod
    zone: eu
    banner: |-
      # no comment
      hello
kind: ConfigMap
metadata:
  name: a
---
apiVersion: v1
data:
  port: "9090"
kind: ConfigMap
metadata:
  name: s
`

/** A ConfigMap with this text, after \`a.b\` in it was set to \`new\`. */
function replaced(text: string): string | undefined {
  const lines = text.split('\n').map((line) => `    ${line}\n`)
  const tree = memoryTree([
    ['kustomization.yaml', SET],
    ['a.yaml', `${HEAD}${lines.join('')}`],
  ])
  return buildKustomization({ tree, path: '' })
    .yaml.split(/  text: \|-\n|kind: /u)[1]
    ?.replaceAll(/^ {4}/gmu, '')
    .trimEnd()
}

const HEAD = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: |\n'
const SET = `resources: [a.yaml]
replacements:
- sourceValue: new
  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.text.a.b]}]
`

test('YAML inside of a text keeps its order, its styles and its comments', () => {
  const tree = memoryTree([
    ['kustomization.yaml', KUSTOMIZATION],
    ['a.yaml', OBJECTS],
  ])
  expect(buildKustomization({ tree, path: '' }).yaml).toBe(BUILT)
})

test.each([
  [
    'a comment behind an entry',
    'z: 1\n# of z\n\na:\n  b: old # why\nc: 2',
    'z: 1\n# of z\n\na:\n  b: new # why\nc: 2',
  ],
  ['a comment before an entry', 'z: 1\n\n# of a\na:\n\n  b: old', 'z: 1\n# of a\na:\n  b: new'],
  [
    'a comment at the end of a list',
    'l:\n  - x\n  # end\na: {b: old}',
    'l:\n- x\n# end\n\na: {b: new}',
  ],
  [
    'a sign in a text that is no comment',
    'a:\n  b: old\nt: |\n  # none\n  x',
    'a:\n  b: new\nt: |\n  # none\n  x',
  ],
  [
    'an anchor is resolved, and its comments go',
    'a: &x {b: old}\nc: *x # gone',
    'a:\n  b: new\nc:\n  b: old',
  ],
])('%s', (_, text, expected) => {
  expect(replaced(text)).toBe(expected)
})
