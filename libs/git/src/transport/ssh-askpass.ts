import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Secret } from '@tidemark/kernel'

/** How ssh gets the passphrase of the key. */
export interface Askpass {
  readonly environment: Readonly<Record<string, string>>
  /** Looks through what ssh printed; gives it back without the questions, which `answer` is called for. */
  hear(printed: string, answer: (line: string) => void): string
  /** How often ssh has asked: the second time means that the first answer was wrong. */
  readonly asked: number
}

/**
 * A passphrase that is in no file, argument or environment: the program that ssh starts to ask for it prints a word
 * that only we know, and gives on the one line that we then write to the input, which ssh itself does not read before
 * it has signed in. A second question is answered by an empty line: ssh gives up.
 */
export async function makeAskpass(folder: string, passphrase: Secret<string>): Promise<Askpass> {
  const program = join(folder, 'askpass')
  const question = `tidemark-${randomUUID()}`
  const script = `#!/bin/sh\necho ${question} >&2\nIFS= read -r line\nprintf '%s\\n' "$line"\n`
  await writeFile(program, script, { mode: 0o700 })
  let asked = 0
  return {
    environment: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force' },
    hear: (printed, answer) => {
      const parts = printed.split(`${question}\n`)
      for (let count = 1; count < parts.length; count += 1) {
        answer(asked === 0 ? `${passphrase.reveal()}\n` : '\n')
        asked += 1
      }
      return parts.join('')
    },
    get asked() {
      return asked
    },
  }
}
