import { expect, test } from 'vitest'
import { mirrorUrl, orderMirrors, parseMirror } from './mirrors.ts'

const mirrors = orderMirrors(
  [
    'ghcr.io=registry.local:5000/ghcr',
    'https://github.com=http://git.local',
    'github.com/fluxcd=flux.local/git/',
  ]
    .map(parseMirror)
    .filter((mirror) => mirror !== undefined),
)

test.each([
  ['https://ghcr.io/v2/a', 'https://registry.local:5000/ghcr/v2/a'],
  ['https://github.com/shop/app.git?x=1', 'http://git.local/shop/app.git?x=1'],
  ['https://github.com/fluxcd/flux2', 'https://flux.local/git/flux2'],
  ['ssh://git@github.com/fluxcd/flux2', 'ssh://git@flux.local/git/flux2'],
  ['https://github.com/fluxcdx/flux2', 'http://git.local/fluxcdx/flux2'],
  ['https://github.com.example.com/a', 'https://github.com.example.com/a'],
  ['https://github.com:8443/a', 'https://github.com:8443/a'],
])('%s is asked at %s', (url, asked) => {
  expect(mirrorUrl(mirrors, new URL(url)).href).toBe(asked)
})

test.each(['ghcr.io', '=a', 'a=', 'a b=c', 'a=user:pass@b', 'a=ftp://b', 'a=b=c'])(
  '%j is no mirror',
  (text) => {
    expect(parseMirror(text)).toBeUndefined()
  },
)
