import { expect, test } from 'vitest'
import { EMBEDDED_POLICY, platformPolicy } from './address-policy.ts'
import { parseRemoteUrl, redactUrl } from './remote-url.ts'

const platform = platformPolicy({ hosts: ['git.example.com'], networks: [] })

test('http, https, file URLs and paths are understood', () => {
  expect(parseRemoteUrl('https://git.example.com/team/app.git/', platform)).toMatchObject({
    kind: 'http',
    base: { href: 'https://git.example.com/team/app.git' },
    display: 'https://git.example.com/team/app.git/',
  })
  expect(parseRemoteUrl('file:///srv/my%20repo', EMBEDDED_POLICY)).toMatchObject({
    path: '/srv/my repo',
  })
  expect(parseRemoteUrl('/srv/repo', EMBEDDED_POLICY)).toMatchObject({
    kind: 'file',
    path: '/srv/repo',
  })
})

test('user information becomes a login and leaves the URL', () => {
  const remote = parseRemoteUrl('https://robot:p%40ss@git.example.com/app', platform)
  expect(JSON.stringify(remote)).not.toContain('p%40ss')
  expect(remote).toMatchObject({
    base: { username: '', password: '' },
    login: { username: 'robot' },
  })
  expect(remote.kind === 'http' ? remote.login?.password.reveal() : '').toBe('p@ss')
})

test.each([
  ['git@github.com:team/app.git', 'write it as ssh://'],
  ['github.com:team/app.git', 'write it as ssh://'],
  ['ssh://git:secret@github.com/team/app', 'SSH signs in by a key'],
  ['ssh://git@github.com', 'no path of a repository'],
  ['ssh://-oProxyCommand=x@github.com/team/app', 'characters that no SSH user has'],
  ['ssh://git@-oProxyCommand=x/team/app', 'no host name'],
  ['ssh://git@169.254.169.254/team/app', 'never allowed'],
  ['git://github.com/app', '"git" is not one of'],
  ['ext::sh -c id', 'write it as ssh://'],
  ['relative/path', 'must be absolute'],
  ['--upload-pack=id', 'must be absolute'],
  ['https://', 'it is not a URL'],
  ['https://git.example.com/a b', 'spaces'],
  ['https://git.example.com/app?x=1', 'neither query nor fragment'],
  ['file://host/share', 'file:///absolute/path'],
  [`https://git.example.com/${'x'.repeat(3000)}`, 'more than 2048'],
])('%s is refused', (url, why) => {
  expect(() => parseRemoteUrl(url, EMBEDDED_POLICY)).toThrow(why)
})

test('the address of an SSH server has a user and a port of its own', () => {
  expect(parseRemoteUrl('ssh://git.example.com/team/a%20b.git', EMBEDDED_POLICY)).toEqual({
    kind: 'ssh',
    user: 'git',
    host: 'git.example.com',
    port: 22,
    path: '/team/a b.git',
    display: 'ssh://git@git.example.com/team/a%20b.git',
  })
  expect(parseRemoteUrl('ssh://me@[::1]:2222/app', EMBEDDED_POLICY)).toMatchObject({
    user: 'me',
    host: '::1',
    port: 2222,
  })
  expect(() => parseRemoteUrl('ssh://git@other.example.com/app', platform)).toThrow(
    'not on the list',
  )
})

test('the policy decides schemes and hosts before anything is looked up', () => {
  expect(() => parseRemoteUrl('/srv/repo', platform)).toThrow('does not allow local repositories')
  expect(() => parseRemoteUrl('https://other.example.com/app', platform)).toThrow('not on the list')
  expect(() => parseRemoteUrl('http://169.254.169.254/app', EMBEDDED_POLICY)).toThrow(
    'never allowed',
  )
  // The URL parser reads these as addresses.
  expect(() => parseRemoteUrl('http://0xa9fea9fe/app', EMBEDDED_POLICY)).toThrow('never allowed')
  expect(() => parseRemoteUrl('http://[::ffff:a9fe:a9fe]/app', EMBEDDED_POLICY)).toThrow(
    'never allowed',
  )
})

test('what is shown has no credentials, no query and no control characters', () => {
  expect(redactUrl('https://user:pa@ss@host/repo?token=1#x')).toBe('https://host/repo')
  expect(redactUrl('https://token@host/repo')).toBe('https://host/repo')
  expect(redactUrl('/srv/re\u001bpo')).toBe('/srv/re?po')
})

test('a URL that is broken by its password does not show it', () => {
  expect(() => parseRemoteUrl('https://user:pass/word@host/repo', EMBEDDED_POLICY)).toThrow(
    /^cannot use the source URL: it is not a URL; a password in it must be percent-encoded$/,
  )
})
