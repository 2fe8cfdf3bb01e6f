const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----(?<body>[A-Za-z0-9+/=\s]*)-----END/u
const MAGIC = 'openssh-key-v1\0' // PROTOCOL.key of OpenSSH.
const PEM_LOCKED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/mu

/** Whether a private key cannot be used without its passphrase, in the form of OpenSSH, PKCS #8 or old PEM. */
export function hasPassphrase(privateKey: string): boolean {
  const body = OPENSSH.exec(privateKey)?.groups?.['body']
  if (body === undefined) return PEM_LOCKED.test(privateKey)
  const bytes = Buffer.from(body, 'base64')
  const at = MAGIC.length
  if (bytes.toString('latin1', 0, at) !== MAGIC || bytes.length < at + 4) return false
  const length = bytes.readUInt32BE(at)
  return bytes.toString('latin1', at + 4, at + 4 + length) !== 'none'
}
