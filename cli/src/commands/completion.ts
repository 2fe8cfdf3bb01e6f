import type { Command } from 'commander'
import { say } from '../client/print.ts'

interface Word {
  /** The words that come before, parted by blanks; empty for the first. */
  readonly after: string
  readonly words: readonly string[]
  readonly options: readonly string[]
  /** Whether the next word is the name of an application. */
  readonly names: boolean
}

/** `tidemark completion SHELL`: a script, made from the commands themselves. */
export function completion(program: Command, shell: string): void {
  const words = collectWords(program, '')
  switch (shell) {
    case 'bash':
      return say(bash(words))
    case 'zsh':
      return say(`#compdef tidemark\nautoload -U +X bashcompinit && bashcompinit\n${bash(words)}`)
    default:
      return say(fish(program))
  }
}

function collectWords(command: Command, after: string): readonly Word[] {
  const children = command.commands.filter((child) => child.name() !== 'help')
  const argument = command.registeredArguments[0]
  return [
    {
      after,
      words: [...children.map((child) => child.name()), ...(argument?.argChoices ?? [])],
      options: optionsOf(command),
      names: takesName(command),
    },
    ...children.flatMap((child) => collectWords(child, `${after} ${child.name()}`.trim())),
  ]
}

function optionsOf(command: Command): readonly string[] {
  return [...command.options.flatMap(({ long }) => (long ? [long] : [])), '--help']
}

function takesName(command: Command): boolean {
  return command.registeredArguments.some((argument) => argument.name().startsWith('application'))
}

const NAMES = `tidemark get applications -o 'jsonpath={range .items[*]}{.cluster}/{.object.name} {end}' 2>/dev/null`

/** Also for zsh, by its bashcompinit: there `path` and `words` are names of its own. */
function bash(words: readonly Word[]): string {
  const cases = words.map(({ after, words: next, options, names }) => {
    const own = names ? ` $(${NAMES})` : ''
    return `    "${after}") candidates="${[...next, ...options].join(' ')}"${own === '' ? '' : `; [[ $current == -* ]] || candidates="$candidates${own.replaceAll('"', '\\"')}"`} ;;`
  })
  return `_tidemark() {
  local current="\${COMP_WORDS[COMP_CWORD]}" so_far="" word candidates=""
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    [[ $word == -* ]] && continue
    case "\${so_far:+$so_far }$word" in
${words
  .filter(({ after }) => after !== '')
  .map(({ after }) => `      "${after}") so_far="${after}" ;;`)
  .join('\n')}
    esac
  done
  case "$so_far" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _tidemark tidemark`
}

function fish(program: Command): string {
  const lines = (command: Command, path: readonly string[]): readonly string[] => {
    const children = command.commands.filter((child) => child.name() !== 'help')
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
    const own = children.map((child) => child.name()).join(' ')
    const open = own === '' ? '' : `not __fish_seen_subcommand_from ${own}`
    const when = [seen, open].filter((text) => text !== '').join('; and ')
    const condition = when === '' ? '' : ` -n '${when}'`
    const words = children.map(
      (child) =>
        `complete -c tidemark -f${condition} -a ${child.name()} -d ${quote(child.description())}`,
    )
    const choices = (command.registeredArguments[0]?.argChoices ?? []).map(
      (choice) => `complete -c tidemark -f${condition} -a ${choice}`,
    )
    const options = command.options.map(
      ({ long, description }) =>
        `complete -c tidemark${condition} -l ${(long ?? '').replace(/^--/u, '')} -d ${quote(description)}`,
    )
    const names = takesName(command)
      ? [
          `complete -c tidemark -f${condition} -a "(${NAMES.replaceAll('"', '\\"')} | string split ' ')"`,
        ]
      : []
    const below = children.flatMap((child) => lines(child, [...path, child.name()]))
    return [...words, ...choices, ...options, ...names, ...below]
  }
  return lines(program, []).join('\n')
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
