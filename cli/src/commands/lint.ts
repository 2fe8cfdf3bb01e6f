import { existsSync } from 'node:fs'
import { lintRepository, type LintFinding } from '@tidemark/flux'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { print, tell, type Output } from '../client/print.ts'
import { paint } from '../client/terminal.ts'
import { openDisk } from '../render/disk-tree.ts'

/** `tidemark lint PATH`: the folder is the root of the repository, whatever lies around it. */
export function lint(path: string, { output }: { readonly output: Output }): void {
  if (!existsSync(path)) throw new CommandError(`there is no folder ${path}`, EXIT.usage)
  const { findings, files, objects } = lintRepository(openDisk(path, path).tree)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  if (findings.length > 0 || output.kind === 'json' || output.kind === 'yaml')
    print(output, {
      value: { kind: 'List', items: findings },
      text: () => findings.flatMap(lines).join('\n'),
      names: () => findings.map(({ rule }) => rule),
    })
  tell(
    `${objects} Flux objects in ${files} files: ${errors} errors, ${findings.length - errors} warnings`,
  )
  process.exitCode = errors > 0 ? EXIT.failed : EXIT.ok
}

function lines({
  severity,
  rule,
  file,
  line,
  object,
  field,
  message,
  todo,
}: LintFinding): readonly string[] {
  const word = paint(process.stdout, severity, severity === 'error' ? 'bad' : 'busy')
  const what = [object, field].filter((part) => part !== '').join(': ')
  return [
    `${file}:${line}: ${word}: ${what === '' ? '' : `${what} `}${message} (${rule})`,
    `    -> ${todo}`,
  ]
}
