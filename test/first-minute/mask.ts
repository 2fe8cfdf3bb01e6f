/**
 * Replaces what no two runs have in common, by something of the same width: ids by the order in which they come,
 * times and sizes of the ledger by fixed ones. What is left is what was printed.
 */
export class Mask {
  readonly #ids = new Map<string, string>()

  apply(text: string): string {
    return text
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/gu, '2026-12-01T09:00:00.000Z')
      .replaceAll(
        /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gu,
        '00000000-0000-8000-8000-000000000000',
      )
      .replaceAll(
        /(?<=sha1:|committed |\.\.|^To |^ +)[0-9a-f]{7,40}\b(?=$|[\s:).(]|\.\.)/gmu,
        (id) => this.#idOf(id),
      )
      .replaceAll(/127\.0\.0\.1:\d+(?=\/sample)/gu, '127.0.0.1:7374')
      .replaceAll(/127\.0\.0\.1:\d+(?=\/hooks)/gu, '127.0.0.1:7375')
      .replaceAll(/127\.0\.0\.1:\d+(?!\/)(?!\d)/gu, '127.0.0.1:7373')
      .replaceAll(/(?<=after |in )\d+\.\d s/gu, '2.5 s')
      .replaceAll(/(?<= {3})\d+[smh](?: +|$)/gmu, (age) => (age.endsWith(' ') ? '9s    ' : '9s'))
      .replaceAll(/(?<=AGE\S*) +(?=\S*REASON)/gu, '   ')
      .replaceAll(/\d+(?= events| of them)/gu, '100')
      .replaceAll(/(?<=\(event )\d+/gu, '100')
      .replaceAll(/\[secret [0-9a-f]{8}\]/gu, '[secret 0badcafe]')
      .replaceAll(/(?<=embedded\+)[0-9a-f]{8}\+[A-Za-z0-9+/=]+/gu, '0badcafe+AAAA')
      .replaceAll(/(?<=root: )[A-Za-z0-9+/=]{44}/gu, 'A'.repeat(44))
  }

  #idOf(id: string): string {
    const known = this.#ids.get(id.slice(0, 7))
    const start = known ?? `c0ffe${String(this.#ids.size + 1).padStart(2, '0')}`
    this.#ids.set(id.slice(0, 7), start)
    return start.padEnd(id.length, '0')
  }
}
