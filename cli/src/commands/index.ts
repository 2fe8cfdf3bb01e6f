import type { Command } from 'commander'
import { addChange, addDemo } from './define/change.ts'
import { addFleet, addSecret } from './define/fleet.ts'
import { addLint, addLook, addOwn, addRecord, addRender } from './define/look.ts'
import { addStart } from './define/start.ts'

/** All commands. What a command needs is loaded when it runs, so that help comes at once. */
export function addCommands(program: Command): void {
  program.commandsGroup('Start:')
  addStart(program)
  addDemo(program)
  program.commandsGroup('Look:')
  addLook(program)
  addRender(program)
  addLint(program)
  program.commandsGroup('Change:')
  addChange(program)
  addFleet(program)
  addSecret(program)
  program.commandsGroup('Record:')
  addRecord(program)
  program.commandsGroup('This program:')
  addOwn(program)
}
